"""`xinqu init`: an official workspace and its first administrators."""

import argparse
from pathlib import Path

from xinqu.policy.load import DEFAULT_PACK
from xinqu.spine.init import init
from xinqu.vocabulary.text import Text

_ADMINISTRATORS = ["u001", "u002"]


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "xinqu init /srv/xinqu --database postgresql://xinqu@/xinqu"
    parser.add_argument("folder", type=Path, help="new folder of the workspace")
    parser.add_argument("--database", metavar="URL", help="postgresql://user:password@host/name; else SQLite inside")
    parser.add_argument("--policy", type=Path, metavar="FOLDER", default=DEFAULT_PACK, help="pack of another policy")
    parser.add_argument(
        "--administrators",
        nargs="+",
        metavar="ACCOUNT",
        default=_ADMINISTRATORS,
        help="account ids of the first administrators, at least two (%(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    day = init(args.folder, administrators=args.administrators, database_url=args.database, policy=args.policy)
    print(
        Text(f"工作区    {day.workspace.dir}（正式）", f"workspace       {day.workspace.dir} (official)").say(args.lang)
    )
    print(Text(f"机构      {day.organisations} 个", f"organisations   {day.organisations}").say(args.lang))
    print(
        Text(
            "一次性链接码（各用一次，3日内有效，请分别交给本人）：",
            "one-time links (each once, within 3 days; hand each to its owner):",
        ).say(args.lang)
    )
    for account, link in day.links.items():
        print(f"  {account}  {link}")
    print(Text("下一步    xinqu user redeem", "next            xinqu user redeem").say(args.lang))
    return 0
