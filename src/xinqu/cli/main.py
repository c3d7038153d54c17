"""The command `xinqu`: finds the group, imports that module alone, and turns what is refused into text and exit code."""

import argparse
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import xinqu
from xinqu.vocabulary.problem import Exit, Problem, Refused, Where
from xinqu.vocabulary.text import Lang, Text

# command -> (module, help line, begins with a verb). A module offers `register(parser)` and `run(args) -> int`:
# add a command by one line here.
COMMANDS: dict[str, tuple[str, Text]] = {
    "init": ("xinqu.cli.init", Text("建立正式工作区", "make an official workspace")),
    "user": ("xinqu.cli.user", Text("管理账户、角色、链接与令牌", "manage accounts, roles, links and tokens")),
    "org": ("xinqu.cli.org", Text("查看或载入机构", "list or load organisations")),
    "calendar": (
        "xinqu.cli.calendar",
        Text("工作日、到期与进度、延期、锁定", "show working days and due returns; extend, lock"),
    ),
    "log": ("xinqu.cli.log", Text("查看日志、签发日志头", "list the log, or sign its head")),
    "redact": ("xinqu.cli.redact", Text("遮蔽文字或附件（两人）", "remove a free text or attachment (two persons)")),
    "policy": ("xinqu.cli.policy", Text("核对、查看、比较、发布规则包", "check, show, compare and adopt a pack")),
    "form": ("xinqu.cli.form", Text("列出或导出报表", "list forms, or export a workbook")),
    "return": ("xinqu.cli.returns", Text("校核、报送、列出报表", "check, submit or list returns")),
    "check": ("xinqu.cli.check", Text("列出、试用校核规则", "list checks, show how often they fire, try a new one")),
    "sdmx": ("xinqu.cli.sdmx", Text("SDMX 结构、导出与核对", "write structures and data as SDMX, or check a message")),
    "approve": ("xinqu.cli.approve", Text("会审、核定、接收、退回", "co-check, approve, accept or send back returns")),
    "cycle": ("xinqu.cli.cycle", Text("运行一轮：校核至报告", "run a cycle: validate, compile, monitor ... report")),
    "tick": ("xinqu.cli.tick", Text("写入时间带来的事件", "write what time brings about")),
    "figures": ("xinqu.cli.figures", Text("列出指标数据", "list figures")),
    "trace": ("xinqu.cli.trace", Text("追溯一个数据", "walk one figure back to its source")),
    "explain": ("xinqu.cli.explain", Text("用文字说明指标、规则或数据", "say an indicator, check or figure in words")),
    "release": ("xinqu.cli.release", Text("发布日历、准备、发布、撤销", "plan, prepare, publish or recall releases")),
    "open-data": ("xinqu.cli.open_data", Text("编制开放数据包", "build the open-data package of a release")),
    "disclosure": (
        "xinqu.cli.disclosure",
        Text("受保护的企业数据表", "tables of enterprise records that may be released"),
    ),
    "signals": ("xinqu.cli.signals", Text("需要询问的数据形态", "show patterns that ask for a question")),
    "index": ("xinqu.cli.index", Text("综合评价指数", "show the composite index with its intervals")),
    "target": ("xinqu.cli.target", Text("列出或设定目标", "list targets, or set one")),
    "framework": ("xinqu.cli.framework", Text("采用评价方案", "adopt an evaluation framework")),
    "difficulty": ("xinqu.cli.difficulty", Text("列出、提出、办理困难问题", "list, raise, move or close difficulties")),
    "report": ("xinqu.cli.report", Text("列出、编制、签发、核验报告", "list, build, issue or verify reports")),
    "demo": ("xinqu.cli.demo", Text("建立并运行演示工作区", "make a workspace with both realms and run both cycles")),
    "verify": ("xinqu.cli.verify", Text("核验日志与对象", "verify the log and the objects")),
    "backup": ("xinqu.cli.backup", Text("在线备份", "back up the workspace while it runs")),
    "restore": ("xinqu.cli.restore", Text("从备份恢复", "restore a backup into a new folder")),
    "upgrade": ("xinqu.cli.upgrade", Text("升级工作区", "upgrade the workspace to this version")),
    "serve": ("xinqu.cli.serve", Text("启动网页服务", "serve the pages on this machine")),
    "bench": ("xinqu.cli.bench", Text("测量速度", "measure speed against peers (in a checkout)")),
}
_INTERRUPTED = 130
_PROGRAM = "xinqu"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but argparse's own exit raises."""
    words = list(sys.argv[1:] if argv is None else argv)
    shared, rest = _shared_options().parse_known_args(words)
    lang: Lang = shared.lang or _default_lang()
    try:
        return _dispatch(shared, rest, lang)
    except Refused as refused:
        for problem in refused.problems:
            print(problem.say(lang), file=sys.stderr)
        return int(refused.exit_code)
    except KeyboardInterrupt:
        print(Text("已中断", "interrupted").say(lang), file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.DONE)
    except Exception as error:  # noqa: BLE001 - the one place where our own faults end
        print(_our_fault(error, _keep_trace(shared.dir)).say(lang), file=sys.stderr)
        return int(Exit.OUR_FAULT)


def _dispatch(shared: argparse.Namespace, rest: list[str], lang: Lang) -> int:
    parser, commands = _parser(lang)
    name = next((word for word in rest if not word.startswith("-")), "")
    module = None
    if name in COMMANDS:
        module = importlib.import_module(COMMANDS[name][0])
        module.register(commands.choices[name])
        _complete_acts(commands.choices[name])
    args = parser.parse_args(rest)
    if module is None:
        parser.print_help()
        return int(Exit.DONE if not rest else Exit.WRONG_COMMAND)
    for key, value in vars(shared).items():
        setattr(args, key, value)
    args.lang = lang
    return int(module.run(args))


def _parser(lang: Lang) -> tuple[argparse.ArgumentParser, "argparse._SubParsersAction[argparse.ArgumentParser]"]:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description=Text(
            "国家级新区统计、监测、评价与协调系统（国办发〔2019〕58号）",
            "Statistics, monitoring, evaluation and coordination of state-level new areas (Guo Ban Fa [2019] 58).",
        ).say(lang),
        epilog=_shared_options().format_help() + "\nxinqu demo --no-serve",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{_PROGRAM} {xinqu.__version__}")
    commands = parser.add_subparsers(title=Text("命令", "commands").say(lang), dest="command", metavar="COMMAND")
    for name, (_, line) in COMMANDS.items():
        commands.add_parser(
            name,
            help=line.say(lang),
            description=line.say(lang),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    return parser, commands


def _complete_acts(parser: argparse.ArgumentParser) -> None:
    """Let the help of each act begin with what it does and end with an example, its command's when it has none."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to the acts of a command
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            lines = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001
            for act, inner in action.choices.items():
                inner.description = inner.description or lines.get(act)
                inner.epilog = inner.epilog or parser.epilog
                inner.formatter_class = argparse.RawDescriptionHelpFormatter


def _shared_options() -> argparse.ArgumentParser:
    """Return the options that every command takes, before or after its name."""
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        add_help=False,
        allow_abbrev=False,
        usage=argparse.SUPPRESS,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    shared = parser.add_argument_group("options of every command")
    shared.add_argument("--dir", type=Path, help="workspace; else $XINQU_HOME, else ./xinqu-workspace")
    shared.add_argument(
        "--realm", choices=["official", "published", "rehearsal"], help="realm, where there are several"
    )
    shared.add_argument("--as", dest="actor", metavar="ACCOUNT", help="act as (published and rehearsal realms)")
    shared.add_argument("--second", metavar="ACCOUNT", help="second person, where two must act")
    shared.add_argument("--lang", choices=["zh", "en"], help="language of messages; else $XINQU_LANG, else by $LANG")
    shared.add_argument(
        "--format", choices=["table", "json", "csv", "parquet"], default="table", help="form of tables on stdout"
    )
    return parser


def _default_lang() -> Lang:
    wanted = os.environ.get("XINQU_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if wanted.startswith("en") else "zh"


def _keep_trace(folder: Path | None) -> Path:
    """Write the traceback where someone can find it and return that file."""
    home = folder or Path(os.environ.get("XINQU_HOME", "xinqu-workspace"))
    logs = home / "logs"
    place = logs if logs.is_dir() and os.access(logs, os.W_OK) else Path(tempfile.gettempdir())
    file = place / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    file.write_text(f"xinqu {xinqu.__version__}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}", encoding="utf-8")
    return file


def _our_fault(error: Exception, file: Path) -> Problem:
    first_line = str(error).partition("\n")[0]
    return Problem(
        code="XQ-CLI-001",
        what=Text("程序出错，这不是您的问题", "the program failed; this is not your fault"),
        where=Where(file=str(file)),
        why=Text(f"{type(error).__name__}：{first_line}", f"{type(error).__name__}: {first_line}"),
        fix=Text("把该文件交给维护者", "give that file to the maintainers"),
    )


def run() -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
