"""The WSGI entry of a server: opens the workspace named by XINQU_HOME and hands over Django's application."""

import os
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler

from xinqu.spine.workspace import open_workspace

open_workspace(Path(os.environ["XINQU_HOME"]))
application = WSGIHandler()
