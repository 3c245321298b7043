"""The first run: while nobody is there, whoever has the setup code makes the house. Afterwards it does not exist."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from babel import UnknownLocaleError
from babel.core import Locale, get_global
from flask import Blueprint, Response, current_app, redirect, request
from werkzeug import Response as AnyResponse

from .. import auth, logs, render, security
from ..domain.errors import Invalid, NotFound
from ..domain.people import setup
from ..errors import sentences
from ..i18n import Reader
from ..screens import door, settings, stores

blueprint = Blueprint("first_run", __name__)
ADDRESS = "/first-run"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, but for the password."""

    name: str = ""
    email: str = ""
    store_name: str = ""
    region: str = ""
    time_zone: str = ""
    site_name: str = ""
    origin: str = ""


@blueprint.get(ADDRESS)
def show() -> Response:
    """Ask for the setup code and, when it is right, for everything else."""
    reader, code = auth.guest_reader(), request.args.get("code", "")
    return _stopped(reader, code) or _form(reader, code, Typed(**_guess()))


@blueprint.post(ADDRESS)
def set_up() -> AnyResponse:
    """Make manager, store and site, and lead the manager to what she puts into her shop's pages."""
    reader, code, form = auth.guest_reader(), request.form.get("code", ""), request.form
    if stopped := _stopped(reader, code):
        return stopped
    typed = Typed(**{field.name: form.get(field.name, "") for field in fields(Typed)})
    try:
        site, session = setup.set_up(
            **asdict(typed),
            password=form.get("password", ""),
            language=reader.locale,
            plain_http=current_app.config["RAPPORT"].env == "development",
        )
    except Invalid as error:
        return _form(reader, code, typed, sentences(reader, error))
    response = redirect(f"/settings/sites/{site.key}/install", 303)
    auth.remember_session(response, session)
    return response


def _stopped(reader: Reader, code: str) -> Response | None:
    """Answer whoever has not the setup code; raises `NotFound` once somebody is there."""
    if not setup.is_due():
        raise NotFound
    if not code:
        return _ask(reader, "", 200)
    if setup.is_code(code, current_app.config["RAPPORT"].secret_key):
        return None  # first of all: strangers who guess do not keep the owner out
    attempt = ("first-run", request.remote_addr)
    try:
        security.limiter().check(security.FAILED_SIGN_INS, *attempt)
    except security.TooMany as error:
        answer = _ask(reader, reader.n("error.too_many_sign_ins", int(str(error.facts["n"]))), 429)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    security.limiter().hit(security.FAILED_SIGN_INS, *attempt)
    logs.security("first_run_refused")
    return _ask(reader, reader.t("first.code.wrong"), 422)


def _ask(reader: Reader, problem: str, status: int) -> Response:
    content = render.partial("door/setup_code", reader, problem=problem)
    return door.answer(reader, reader.t("first.title"), content, ADDRESS, status=status)


def _form(reader: Reader, code: str, typed: Typed, problems: dict[str, str] | None = None) -> Response:
    content = render.partial(
        "door/first_run",
        reader,
        csrf=settings.csrf(),
        code=code,
        typed=typed,
        regions=stores.regions(reader, typed.region),
        time_zones=stores.time_zones(typed.time_zone),
        problems=problems or {},
        summary=settings.problems_in(problems or {}, "first"),
    )
    return door.answer(
        reader, reader.t("first.title"), content, ADDRESS, status=422 if problems else 200, code=code
    )


def _guess() -> dict[str, str]:
    """Guess where the store is by the country that the browser's language names, and its time by the country."""
    for language, _ in request.accept_languages:
        try:
            region = Locale.parse(language, sep="-", resolve_likely_subtags=False).territory
        except (ValueError, UnknownLocaleError):
            continue
        if region:
            zones = get_global("territory_zones").get(region, [])
            return {"region": region, "time_zone": zones[0] if len(zones) == 1 else ""}
    return {}
