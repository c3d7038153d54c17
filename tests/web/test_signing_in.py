"""Every view declares who may open it; without an account a reader is sent to sign in."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from xinqu.spine import signin
from xinqu.web.access import EVERYBODY
from xinqu.web.throttle import FAILURES, WAIT_S, Throttle
from xinqu.web.views import session

PASSWORD = "a long enough password"
# Views that need no account: they show nothing of any realm.
OPEN = {"healthz", "root", "home", "sign_in", "sign_out"}


def views(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.callback
        else:
            yield from views(pattern.url_patterns)


@pytest.fixture
def browser(demo_workspace):
    return Client(HTTP_HOST="127.0.0.1")


def test_every_address_declares_who_may_open_it(demo_workspace):
    pack_rights = {("read", "indicator")}
    found = list(views(get_resolver().url_patterns))
    assert len(found) > 15
    for view in found:
        assert hasattr(view, "declares"), f"{view.__name__} does not say who may open it"
        assert view.declares in pack_rights or view.declares == EVERYBODY, view.__name__
        assert (view.declares == EVERYBODY) == (view.__name__ in OPEN), view.__name__


@pytest.mark.parametrize(
    "path", ["matrix/", "areas/lanzhou/", "indicators/Q01/", "articles/6/", "figures/Q01/nansha/2023-Q4/", "matrix.csv"]
)
@pytest.mark.parametrize("realm", ["published/", "rehearsal/", ""])
def test_without_an_account_a_page_leads_to_signing_in(browser, realm, path):
    answer = browser.get(f"/en/{realm}{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/en/sign-in/?next=%2Fen%2F")


@pytest.mark.parametrize(
    ("asked", "home"), [("en-GB,en;q=0.9", "/en/"), ("zh-CN,zh;q=0.9", "/zh/"), ("fr", "/zh/"), ("", "/zh/")]
)
def test_the_first_page_follows_the_browser_and_is_chinese_else(browser, asked, home):
    assert browser.get("/", HTTP_ACCEPT_LANGUAGE=asked)["Location"] == home


def test_the_home_of_a_language_is_the_first_realm(browser):
    assert browser.get("/zh/")["Location"] == "/zh/published/matrix/"


@pytest.fixture
def signed_up(published_workspace):
    signin.set_password(published_workspace, "ndrc.acceptor", PASSWORD)
    return Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=False)


def test_signing_in_leads_on_and_signing_out_ends_it(signed_up):
    wanted = "/en/published/matrix/"
    answer = signed_up.post("/en/sign-in/", {"username": "ndrc.acceptor", "password": PASSWORD, "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    assert signed_up.get(wanted).status_code == 200
    signed_up.post("/en/sign-out/")
    assert signed_up.get(wanted).status_code == 302


def test_nobody_is_led_away_from_the_site(signed_up):
    for outside in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        answer = signed_up.post("/zh/sign-in/", {"username": "ndrc.acceptor", "password": PASSWORD, "next": outside})
        assert answer["Location"] == "/zh/"


@pytest.mark.parametrize("attempt", [("ndrc.acceptor", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_account_or_password_get_one_answer(signed_up, attempt):
    answer = signed_up.post("/zh/sign-in/", {"username": attempt[0], "password": attempt[1]})
    assert answer.status_code == 401
    assert "账号或口令不对" in answer.content.decode()
    assert "XQ-WEB-002" in answer.content.decode()


def test_signing_in_needs_the_form_of_this_site(published_workspace):
    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post("/zh/sign-in/", {"username": "x", "password": "y"}).status_code == 403


def test_guessing_makes_an_account_wait_and_no_other(signed_up):
    def post(account, password):
        return signed_up.post("/zh/sign-in/", {"username": account, "password": password}).status_code

    session._throttle.succeeded("ndrc.acceptor")
    assert [post("ndrc.acceptor", "guess") for _ in range(FAILURES)] == [401] * FAILURES
    assert post("ndrc.acceptor", PASSWORD) == 429, "the right password waits too, or the answer would tell it"
    assert post("gansu.approver", "guess") == 401
    session._throttle.succeeded("ndrc.acceptor")
    assert post("ndrc.acceptor", PASSWORD) == 302


def test_a_wait_ends_and_old_failures_do_not_count():
    now = [1000.0]
    throttle = Throttle(clock=lambda: now[0])
    for _ in range(FAILURES):
        throttle.failed("a")
    assert throttle.waits("a")
    now[0] += WAIT_S
    assert not throttle.waits("a")
    throttle.failed("a")
    assert not throttle.waits("a")
