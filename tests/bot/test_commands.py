"""The command line, as a person runs it: the real program as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SEED = "seeds/000_8b7e88922e641535.txt"
# A file that is not below the home's own folder is known by its whole path.
SEED_ID = str(ROOT / SEED)
LIT = "about 12,000 North Korean military personnel in Russia."
TWELVE_THOUSAND = "How many North Korean military personnel are in Russia?"
Done = subprocess.CompletedProcess[str]
COMMANDS = ["index", "watch", "ask", "chat", "run", "history", "remove", "status", "evaluate"]


def dateline(*arguments: str, home: Path, told: str = "", **settings: str) -> Done:
    """Run one command in the project's folder, with only these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"DATELINE_HOME": str(home), "TELEGRAM_BOT_TOKEN": ""} | settings
    return subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment,
        input=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped coverage, not to be changed by a test."""
    folder = tmp_path_factory.mktemp("command-line") / "home"
    done = dateline("index", "seeds", home=folder)
    assert (done.returncode, done.stdout) == (0, "articles: 1 added; 4 passages encoded\n")
    return folder


def assert_one_error(done: Done, *named: str) -> None:
    """The command failed with exit 1, one line, no traceback, and the line names what it should."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, len(errors)) == (1, 1), done.stderr
    assert "Traceback" not in done.stderr
    for name in named:
        assert name in errors[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    """Every command has a help text, is listed in the main one, and stands in the README."""
    own, main = dateline(command, "--help", home=tmp_path), dateline("--help", home=tmp_path)
    assert own.returncode == main.returncode == 0
    assert f"dateline {command}" in own.stdout
    assert f"    {command} " in main.stdout
    assert f"dateline {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "setting",
    [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_API_BASE",
        "DATELINE_HOME",
        "DATELINE_DATABASE_URL",
        "DATELINE_MODEL",
        "DATELINE_WATCH",
        "DATELINE_EVERY",
        "DATELINE_ADMINS",
        "DATELINE_PAUSE",
        "DATELINE_PRIVATE_ADDRESSES",
    ],
)
def test_every_setting_is_documented(setting: str, tmp_path: Path) -> None:
    """Every setting is explained by --help and in the README."""
    assert setting in dateline("--help", home=tmp_path).stdout
    assert setting in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_imports_nothing_heavy() -> None:
    """--help is instant because neither the model's libraries nor the engines are imported for it."""
    script = (
        "import sys, bot.__main__\n"
        "try: bot.__main__.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'faiss', 'numpy', 'sqlalchemy', 'pydantic', 'rich', 'telegram'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_ask_quotes_passage_and_date(home: Path) -> None:
    """A question the coverage answers is answered with the passage, its date and where it is from."""
    done = dateline("ask", TWELVE_THOUSAND, home=home)
    assert done.returncode == 0
    assert "about 12,000 North Korean military personnel in Russia." in done.stdout
    assert "2025-01-11" in done.stdout
    assert SEED in done.stdout


def test_ask_json_keeps_the_contract(home: Path) -> None:
    """The JSON of an answer has every field others rely on, and its offsets point at the quoted words."""
    done = dateline("ask", TWELVE_THOUSAND, "--json", "-k", "2", home=home)
    answer = json.loads(done.stdout)
    assert list(answer) == ["question", "answered", "confidence", "query", "coverage", "hits"]
    assert answer["question"] == TWELVE_THOUSAND
    assert answer["answered"] is True
    assert 0 <= answer["confidence"] <= 1
    assert answer["query"] == {"text": TWELVE_THOUSAND, "since": None, "until": None, "sources": []}
    assert answer["coverage"] == {"articles": 1, "passages": 4, "newest": "2025-01-11"}
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2]
    hit = answer["hits"][0]
    assert list(hit) == ["rank", "score", "text", "start", "end", "highlights", "article", "also"]
    assert list(hit["article"]) == ["id", "title", "source", "url", "published", "authors", "input"]
    text = (ROOT / SEED).read_text(encoding="utf-8").strip().removeprefix("date 2025-01-11").strip()
    assert text[hit["start"] : hit["end"]] == hit["text"]
    (lit,) = [text[start:end] for start, end in hit["highlights"]]
    assert lit == f"The Intelligence Directorate reported {LIT}"
    assert hit["article"].pop("title").startswith("The Armed Forces of Ukraine captured two")
    assert hit["article"] == {
        "id": SEED_ID,
        "source": None,
        "url": None,
        "published": "2025-01-11",
        "authors": [],
        "input": SEED,
    }


def test_ask_refuses_what_is_not_covered(home: Path) -> None:
    """A question the coverage does not answer is refused in a sentence, with exit 0."""
    done = dateline("ask", "Who won the 2022 World Cup?", home=home)
    assert (done.returncode, done.stdout) == (
        0,
        (
            "The coverage does not answer that.\n"
            "Searched: Who won the 2022 World Cup? · the newest article is of 11 January 2025\n"
        ),
    )


def test_dates_filter(home: Path) -> None:
    """A date filter that lets no article through leaves no hits and no answer."""
    done = dateline("ask", TWELVE_THOUSAND, "--json", "--since", "2025-01-12", home=home)
    answer = json.loads(done.stdout)
    assert (answer["answered"], answer["hits"], answer["query"]["since"]) == (False, [], "2025-01-12")


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "x", "--since", "yesterday"],
        ["ask", "x", "-k", "0"],
        ["ask", "x", "-k", "ten"],
        ["ask"],
        ["index"],
        ["remove"],
        ["history"],
        ["watch"],
        ["watch", "seeds", "--every", "soon"],
        ["watch", "seeds", "--every", "31d"],
        ["sing"],
        [],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], tmp_path: Path) -> None:
    """Wrong usage is explained, exits with 2 and makes nothing."""
    done = dateline(*arguments, home=tmp_path / "home")
    assert done.returncode == 2
    assert "usage: dateline" in done.stderr
    assert not (tmp_path / "home").exists()


HOSTILE = [
    "",
    "a" * 5000,
    "🙂🇺🇦👩‍👩‍👧",
    "<b>&",
    "'; DROP TABLE articles; --",
    "$(rm -rf /) `id` | cat /etc/passwd",
    'AND OR NOT ("*^~:[ TO ]',
    "\x1b[2J\x07",
    "NULL\\u0000 %s {} \\",
]


def test_chat_from_a_pipe_answers_each_line(home: Path) -> None:
    """From a pipe each line gets one answer, whatever stands in it, and the program goes on."""
    lines = [*HOSTILE, TWELVE_THOUSAND, "Who won the 2022 World Cup?"]
    done = dateline("chat", home=home, told="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.split("─" * 80 + "\n")[:-1]
    assert len(answers) == len(lines)
    assert all(answer.startswith("? ") for answer in answers)
    assert "about 12,000" in answers[-2]
    assert "The coverage does not answer that." in answers[-1]
    assert "\x1b" not in done.stdout


def test_bytes_that_are_no_text(home: Path) -> None:
    """Bytes that are no UTF-8, in a pipe or as an argument, are taken for unreadable letters."""
    environment = os.environ | {"DATELINE_HOME": str(home)}
    program = [sys.executable, "-m", "bot"]
    piped = subprocess.run(
        [*program, "chat"], cwd=ROOT, env=environment, input=b"\xff\xfe\n", capture_output=True, check=True
    )
    assert b"There are no words in that" in piped.stdout
    question = TWELVE_THOUSAND.encode() + b" \xff"
    typed = subprocess.run(
        [*program, "ask", "--json", question], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert json.loads(typed.stdout)["question"] == f"{TWELVE_THOUSAND} ?"


def test_terminal_of_another_alphabet(home: Path) -> None:
    """Where the terminal cannot show a quoted character, it is spelt out rather than the end."""
    environment = os.environ | {"DATELINE_HOME": str(home), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "bot", "ask", "What did Zelenskyy write on Telegram?"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "\\u201cThis was not an easy task" in done.stdout


def test_home_of_any_name(tmp_path: Path) -> None:
    """A home's name may hold what means something in an address."""
    home = tmp_path / "a?b#c%20d e"
    assert dateline("index", "seeds", home=home).returncode == 0
    assert (home / "dateline.db").exists()
    assert json.loads(dateline("status", "--json", home=home).stdout)["articles"] == 1


def test_run_without_a_token_chats(home: Path) -> None:
    """Without a token `run` says in a line that it chats in the terminal, and does."""
    done = dateline("run", home=home, told=f"{TWELVE_THOUSAND}\n")
    assert done.stderr == "TELEGRAM_BOT_TOKEN is not set, so this is the chat in the terminal.\n"
    assert "about 12,000" in done.stdout


def test_indexing_again_is_free(home: Path) -> None:
    """What has not changed is recognised by whatever way its path is written."""
    for way in ("seeds", "./seeds/", str(ROOT / SEED)):
        done = dateline("index", way, home=home)
        assert (done.returncode, done.stdout) == (0, "articles: 1 unchanged\n")


def test_status_tells_what_there_is(home: Path) -> None:
    """The status tells articles, dates, size, model and how far the indexes are."""
    told = dateline("status", home=home).stdout
    assert "1 in 4 passages" in told
    assert "2025-01-11 to 2025-01-11" in told
    assert "up to date" in told
    status = json.loads(dateline("status", "--json", home=home).stdout)
    assert (status["articles"], status["passages"], status["newest"]) == (1, 4, "2025-01-11")
    assert status["model"].startswith("all-MiniLM-L6-v2@")
    assert status["indexes"] == {"dense": status["generation"], "lexical": status["generation"]}
    assert status["inputs"] == []


def test_remove_takes_out_and_names_the_unknown(tmp_path: Path) -> None:
    """A removed article answers no more; an unknown id is an error that does not keep the others in."""
    home = tmp_path / "home"
    dateline("index", "seeds", home=home)
    done = dateline("remove", SEED_ID, "nobody", home=home)
    assert done.stdout == f"removed {SEED_ID}\n"
    assert_one_error(done, "'nobody'")
    assert json.loads(dateline("ask", "Russia", "--json", home=home).stdout)["hits"] == []


def test_history_tells_what_an_article_said(tmp_path: Path) -> None:
    """All versions, newest first, by id or by words once quoted; what nobody wrote is an error."""
    home, file = tmp_path / "home", tmp_path / "harbour.txt"
    for text in ("Forty ships waited.", "Fifty ships waited."):
        file.write_text(f"title: Ice\ndate: 2025-01-11\n\n{text}", encoding="utf-8")
        dateline("index", str(file), home=home)
    (versions,) = json.loads(dateline("history", "harbour.txt", "--json", home=home).stdout)
    assert [each["text"] for each in versions] == ["Fifty ships waited.", "Forty ships waited."]
    assert list(versions[0]) == [
        *("id", "title", "text", "source", "url", "published", "updated", "corrected", "correction"),
        *("replaced", "withdrawn", "reason"),
    ]
    told = dateline("history", "Forty ships", home=home).stdout
    assert told.index("Fifty ships waited.") < told.index("Forty ships waited.")
    assert told.startswith(
        "harbour.txt · the newest version\nIce · source not given · published 2025-01-11\n"
    )
    assert_one_error(dateline("history", "Sixty ships", home=home), "'Sixty ships'", "dateline ask --json")


def test_watch_reads_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """What is new is told on stdout and answerable while the watch runs; SIGTERM ends it with exit 0."""
    home, file = tmp_path / "home", tmp_path / "harbour.txt"
    file.write_text(
        "title: Ice\ndate: 2025-01-11\n\nForty ships waited outside the harbour.", encoding="utf-8"
    )
    environment = os.environ | {"DATELINE_HOME": str(home), "TELEGRAM_BOT_TOKEN": ""}
    command = [sys.executable, "-m", "bot", "watch", str(file), "--every", "1s"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout
        assert watch.stdout.readline() == f"{file}: 1 added\n"
        assert "Forty ships" in dateline("ask", "How many ships waited?", home=home).stdout
        file.write_text(
            "title: Ice\ndate: 2025-01-11\n\nFifty ships waited outside the harbour.", encoding="utf-8"
        )
        assert watch.stdout.readline() == f"{file}: 1 updated\n"
        watch.terminate()
        assert watch.stdout.read() == ""
    assert watch.returncode == 0
    status = json.loads(dateline("status", "--json", home=home).stdout)
    assert [each["input"] for each in status["inputs"]] == [str(file)]
    assert f"removed {file}\n" in dateline("remove", str(file), home=home).stdout


def test_bad_inputs_are_named_and_the_good_one_stays(tmp_path: Path) -> None:
    """Inputs that give no article are named in one line, each with its reason; the good one is stored."""
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "garbled.txt").write_bytes(b"caf\xe9 au lait")
    (tmp_path / "folder").mkdir()
    bad = [str(tmp_path / name) for name in ("missing.txt", "empty.txt", "garbled.txt", "folder")]
    done = dateline("index", *bad, "seeds", home=tmp_path / "home")
    assert done.stdout.startswith("articles: 1 added")
    assert_one_error(done, *bad)


def test_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A home that cannot be made is named, with the setting to change."""
    (tmp_path / "file").write_text("")
    done = dateline("index", "seeds", home=tmp_path / "file" / "home")
    assert_one_error(done, str(tmp_path / "file" / "home"), "DATELINE_HOME")


def test_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    """A model that is not there is named, with the setting to change."""
    done = dateline(
        "index", "seeds", home=tmp_path, DATELINE_MODEL=str(tmp_path / "no-model"), HF_HUB_OFFLINE="1"
    )
    assert_one_error(done, "no-model", "DATELINE_MODEL")


def test_coverage_of_another_model(home: Path) -> None:
    """A coverage made with another model is neither searched nor added to, and stays as it was."""
    for arguments in (["ask", "Russia"], ["index", "README.md"]):
        done = dateline(*arguments, home=home, DATELINE_MODEL="another/model", HF_HUB_OFFLINE="1")
        assert_one_error(done, "all-MiniLM-L6-v2@", "another/model", "DATELINE_MODEL")
    assert json.loads(dateline("status", "--json", home=home).stdout)["articles"] == 1


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    """A setting that cannot be used is named, and its value, which may be secret, is not."""
    done = dateline("status", home=tmp_path, TELEGRAM_API_BASE="gopher://secret")
    assert_one_error(done, "TELEGRAM_API_BASE")
    assert "secret" not in done.stderr
    done = dateline("status", home=tmp_path, DATELINE_DATABASE_URL="nosql:secret")
    assert_one_error(done, "DATELINE_DATABASE_URL")
    done = dateline("status", home=tmp_path, DATELINE_DATABASE_URL="postgresql://me:secret@db:port/news")
    assert_one_error(done, "DATELINE_DATABASE_URL")


def test_reader_that_had_enough(home: Path) -> None:
    """A pipe closed by its reader ends the command without a complaint."""
    command = f"{sys.executable} -m bot status | true"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=os.environ | {"DATELINE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
