"""Run by `pip install .`; pyproject.toml has the metadata, netuv_build the recipe."""

from setuptools import setup

from netuv_build import setup_arguments

setup(**setup_arguments())
