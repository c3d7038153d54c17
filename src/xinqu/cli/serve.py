"""`xinqu serve`: the pages on this machine."""

import argparse
import os
from pathlib import Path

from xinqu.cli import context
from xinqu.spine.workspace import open_workspace
from xinqu.vocabulary.text import Lang, Text

HOST = "127.0.0.1"
PORT = 8000
_THREADS = 4


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu serve --port 8000"
    parser.add_argument("--host", default=HOST, help="address to bind (%(default)s; put a TLS proxy before any other)")
    parser.add_argument("--port", type=int, default=PORT, help="port (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    serve(context.folder(args), host=args.host, port=args.port, lang=args.lang)
    return 0


def serve(folder: Path, *, host: str = HOST, port: int = PORT, lang: Lang = "zh") -> None:
    """Serve the workspace in ``folder`` until interrupted; what is wrong with it is said before anything is bound."""
    from granian import Granian
    from granian.constants import Interfaces

    workspace = open_workspace(folder)
    os.environ["XINQU_HOME"] = str(workspace.dir)
    print(
        Text(f"http://{host}:{port}/  按 Ctrl-C 停止", f"http://{host}:{port}/  Ctrl-C stops it").say(lang), flush=True
    )
    Granian(
        "xinqu.web.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, blocking_threads=_THREADS
    ).serve()
