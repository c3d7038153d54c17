"""`xinqu return check` without a workspace: by the built-in pack, and the context that came with the form."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xinqu.cli import context
from xinqu.policy.load import load_pack
from xinqu.vocabulary.origin import Realm
from xinqu.vocabulary.text import Text

if TYPE_CHECKING:
    from xinqu.spine.hand_in import Taken, Upload


def examined(args: argparse.Namespace, uploads: Sequence["Upload"]) -> "Taken":
    """Read and check the files; say on stderr how far checks could reach."""
    from xinqu.returns.check_context import side_name
    from xinqu.spine.offline import examined_offline

    pack = load_pack()
    beside = {file.name: file.with_name(side_name(file.name)) for file in args.files}
    side_files = {name: context.read_file(path) for name, path in beside.items() if path.exists()}
    realm = Realm(args.realm) if args.realm else None
    taken, known = examined_offline(
        pack, uploads, side_files=side_files, realm=realm, with_context=not args.without_context
    )
    for upload in uploads:
        print(_reach(upload.name, upload.name in known).say(args.lang), file=sys.stderr)
    return taken


def _reach(name: str, has_context: bool) -> Text:  # noqa: FBT001 - a plain fact, said in one place
    if has_context:
        return Text(
            f"{name}：离线核对，使用随表的核对资料", f"{name}: checked offline, with the context that came with it"
        )
    return Text(
        f"{name}：离线核对，无核对资料；读取往期、其他报表或同类新区的规则无法判定（导出时加 --with-context 即可）",
        f"{name}: checked offline without a context; checks that read other periods, forms or peers can't be evaluated"
        " (export the form --with-context to have them)",
    )
