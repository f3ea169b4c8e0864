"""Run by `pip install .`; pyproject.toml has the metadata, netuv_build the recipe."""

from netuv_build import setup_arguments
from setuptools import setup

setup(**setup_arguments())
