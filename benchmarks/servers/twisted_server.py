"""Twisted: Protocols and producers on its reactor, which is epoll on Linux."""

from __future__ import annotations

from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, Arguments, announce, arguments
from twisted.internet import reactor
from twisted.internet.interfaces import IPushProducer, ITCPTransport
from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import TimeoutMixin
from twisted.protocols.portforward import ProxyClient, ProxyClientFactory, ProxyServer
from zope.interface import implementer


class NoDelay(Protocol):
    def connectionMade(self) -> None:
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)


class Echo(NoDelay):
    def dataReceived(self, data: bytes) -> None:
        self.transport.write(data)


class Timeout(NoDelay, TimeoutMixin):
    def connectionMade(self) -> None:
        super().connectionMade()
        self.setTimeout(IDLE_SECONDS)

    def dataReceived(self, data: bytes) -> None:
        self.resetTimeout()
        self.transport.write(data)

    def connectionLost(self, reason: object = None) -> None:
        self.setTimeout(None)


class Lines(LineReceiver, NoDelay):
    delimiter = b"\n"

    def connectionMade(self) -> None:
        NoDelay.connectionMade(self)

    def lineReceived(self, line: bytes) -> None:
        self.sendLine(line.decode().encode())


class Sink(NoDelay):
    def dataReceived(self, data: bytes) -> None:
        pass


@implementer(IPushProducer)
class Source(NoDelay):
    def connectionMade(self) -> None:
        super().connectionMade()
        self.transport.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:
        self.paused = False
        while not self.paused:
            self.transport.write(self.factory.block)

    def pauseProducing(self) -> None:
        self.paused = True

    def stopProducing(self) -> None:
        self.paused = True


def connect(backend: int | str, factory: ClientFactory) -> None:
    if isinstance(backend, str):
        reactor.connectUNIX(backend, factory)
    else:
        reactor.connectTCP(HOST, backend, factory)


class Client(ProxyClient, NoDelay):
    def connectionMade(self) -> None:
        NoDelay.connectionMade(self)
        super().connectionMade()


class Proxy(ProxyServer, NoDelay):
    """Twisted's own port forwarder, which also connects to Unix sockets here."""

    def connectionMade(self) -> None:
        NoDelay.connectionMade(self)
        self.transport.pauseProducing()
        upstream = ProxyClientFactory()
        upstream.protocol = Client
        upstream.noisy = False
        upstream.setServer(self)
        connect(self.factory.backend, upstream)


class Timers(NoDelay):
    def dataReceived(self, data: bytes) -> None:
        self.left = BATCH
        for i in range(BATCH):
            reactor.callLater((1 + i % 10) / 1000, self.fired)

    def fired(self) -> None:
        self.left -= 1
        if not self.left:
            self.transport.write(b"\n")


class Ticks(NoDelay):
    def dataReceived(self, data: bytes) -> None:
        self.left = BATCH
        reactor.callLater(0, self.tick)

    def tick(self) -> None:
        self.left -= 1
        if self.left:
            reactor.callLater(0, self.tick)
        else:
            self.transport.write(b"\n")


class Visitor(NoDelay):
    def connectionMade(self) -> None:
        super().connectionMade()
        self.transport.write(b"x")

    def dataReceived(self, data: bytes) -> None:
        self.transport.loseConnection()

    def connectionLost(self, reason: object = None) -> None:
        self.factory.closed()


class Visits(NoDelay):
    def connectionMade(self) -> None:
        super().connectionMade()
        self.visitors = ClientFactory.forProtocol(Visitor)
        self.visitors.noisy = False
        self.visitors.closed = self.closed

    def dataReceived(self, data: bytes) -> None:
        self.begun, self.left = 0, BATCH
        for _ in range(CLIENTS):
            self.visit()

    def visit(self) -> None:
        self.begun += 1
        connect(self.factory.backend, self.visitors)

    def closed(self) -> None:
        self.left -= 1
        if self.begun < BATCH:
            self.visit()
        elif not self.left:
            self.transport.write(b"\n")


PROTOCOLS = {
    "echo": Echo,
    "timeout": Timeout,
    "lines": Lines,
    "sink": Sink,
    "source": Source,
    "proxy": Proxy,
    "timers": Timers,
    "ticks": Ticks,
    "client": Visits,
}


def main(args: Arguments) -> None:
    factory = Factory.forProtocol(PROTOCOLS[args.kind])
    factory.block = args.block
    factory.backend = args.backend
    if isinstance(args.listen, str):
        reactor.listenUNIX(args.listen, factory)
        address = args.listen
    else:
        address = reactor.listenTCP(args.listen, factory, interface=HOST).getHost().port
    reactor.callWhenRunning(announce, address)
    reactor.run()


if __name__ == "__main__":
    main(arguments())
