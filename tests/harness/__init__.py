"""What the tests of the whole program share: a server, a mock LLM, HTTP and WebSocket clients."""
from .case import Case, main
from .client import Http, SocketClosed, SocketRefused, WebSocket
from .mock import MockLlm
from .server import Server, binary, clean_environment, database_environment, on_postgresql
from .wait import PATIENCE, wait_until

__all__ = ["Case", "Http", "MockLlm", "PATIENCE", "Server", "SocketClosed", "SocketRefused", "WebSocket", "binary",
           "clean_environment", "database_environment", "main", "on_postgresql", "wait_until"]
