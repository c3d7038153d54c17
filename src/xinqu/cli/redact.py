"""`xinqu redact`: two persons remove a free text or an attachment; the log keeps its hash and who removed it."""

import argparse

from xinqu.cli import context
from xinqu.spine import policy
from xinqu.spine.redact import redact
from xinqu.vocabulary.text import Text


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = f"{parser.description or ''}. Backups made before still hold the object."
    parser.epilog = "xinqu redact 3f9a… --reason privacy --as u001 --second u002 --realm rehearsal"
    parser.add_argument("object", help="SHA-256 of the object")
    parser.add_argument("--reason", required=True, help="reason code or short text; it stands in the log for ever")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    opened = context.workspace(args)
    world = context.realm(args, opened)
    by = policy.administrator(opened, context.actor(args, opened, world), realm=world)
    second = context.second(args, opened, world)
    event = redact(opened, context.pack(opened), args.object, realm=world, by=by, second=second, reason=args.reason)
    if event is None:
        print(Text("此前已遮蔽", "redacted before").say(args.lang))
    else:
        print(Text(f"已遮蔽，记入日志 #{event.seq}", f"redacted, recorded as #{event.seq}").say(args.lang))
    return 0
