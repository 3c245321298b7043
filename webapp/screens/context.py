"""The context panel: who is this customer? Linked to a profile, offered candidates, or neither.

What a person types into (search, the form of a new profile, a profile being edited) stands in the section "identity" or
in one of its own, marked so that a push leaves it alone; the banner and what was given stay live around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import render
from ..auth import Viewer
from ..domain.identity import banner, candidates, facts
from ..domain.identity.candidates import Candidate, Candidates
from ..domain.identity.matching import Comparison, Evidence
from ..domain.profiles import contact, records, search
from ..domain.profiles.normalise import fold_name, show_phone
from ..domain.tables import ContactDetails, Conversation, Link, Profile
from . import profile as profiles


def panel(viewer: Viewer, conversation: Conversation, *, identity: str = "", refreshed: str = "", page: int = 1) -> str:
    """Draw the whole panel.

    `identity` is drawn in place of the card or the candidates (the form of a new profile, the profile being edited);
    `refreshed` names the field whose row in the banner had moved on when somebody pressed its button; `page` is how
    many pages of candidates are shown.
    """
    link = facts.current_link(conversation)
    found = None if link else _candidates(conversation)
    state = "linked" if link else "candidates" if found and (found.offered or found.rejected) else "none"
    record = records.of(link.profile) if link else None
    sides = banner.compare_sides(conversation, link, record) if link and record else None
    if not identity:
        identity = _card(viewer, conversation, link, record) if link and record else _offer(viewer, conversation, found, page)
    return render.partial(
        "context/panel",
        viewer.reader,
        conversation=conversation,
        state=state,
        identity=identity,
        banner=_banner(viewer, conversation, record, sides, refreshed),
        given=_given(viewer, conversation, sides),
        log=profiles.log(viewer, link.profile) if link else "",
    )


def create_form(
    viewer: Viewer,
    conversation: Conversation,
    typed: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    duplicates: tuple[Candidate, ...] = (),
) -> str:
    """Draw the form of a new profile, with what is typed in it, what has to be mended, and what it would duplicate."""
    return render.partial(
        "context/create",
        viewer.reader,
        conversation=conversation,
        typed=typed,
        given=prefill(conversation),
        problems=problems or {},
        duplicates=duplicates,
    )


def prefill(conversation: Conversation) -> dict[str, str]:
    """Return what the customer gave, for the form of a new profile; a generated name is not given."""
    row = facts.details_of(conversation)
    return {"name": "" if row.name_generated else str(row.name), "email": str(row.email), "phone": str(row.phone)}


def edit_form(viewer: Viewer, conversation: Conversation, profile: Profile) -> str:
    """Draw the linked profile with its fields open."""
    return render.partial(
        "context/edit",
        viewer.reader,
        conversation=conversation,
        fields=profiles.fields(viewer, profile, conversation),
    )


def results(viewer: Viewer, conversation: Conversation, query: str) -> str:
    """Draw the profiles that fit what was typed into the search."""
    found = search.search(query)
    return render.partial("context/results", viewer.reader, conversation=conversation, query=query.strip(), found=found)


def evidence_items(evidence: Evidence) -> list[tuple[Comparison, str, str]]:
    """Return what there is to say, field by field: the comparison, the key of its sentence, and its kind of sign."""
    signs = {"exact": "same", "partial": "near"}
    return [
        (comparison, f"evidence.{comparison.field}.{_reason(comparison)}", signs.get(comparison.verdict, "diff"))
        for comparison in evidence.comparisons
        if comparison.verdict != "blank"
    ]


def _reason(comparison: Comparison) -> str:
    if comparison.field == "name" and comparison.level in ("initial", "nick_initial"):
        given, held = fold_name(comparison.given).tokens, fold_name(comparison.held).tokens
        shortened = "first" if len(given[0]) == 1 or len(held[0]) == 1 else "last"
        return f"{comparison.level}_{shortened}"
    return comparison.level.replace(" ", "_")


def _candidates(conversation: Conversation) -> Candidates:
    details = facts.given(facts.details_of(conversation), str(conversation.store.region))
    return candidates.find(details, conversation.visitor_id)


def _card(viewer: Viewer, conversation: Conversation, link: Link, record: records.Record) -> str:
    return render.partial(
        "context/card",
        viewer.reader,
        conversation=conversation,
        link=link,
        record=record,
        phone=show_phone(record.phone, str(record.profile.region)),
        evidence=evidence_items(Evidence.from_data(link.evidence)),
        accepted=conversation.state != "waiting",
    )


def _offer(viewer: Viewer, conversation: Conversation, found: Candidates | None, page: int) -> str:
    assert found is not None
    shown = found.offered[: page * candidates.PAGE]
    return render.partial(
        "context/candidates",
        viewer.reader,
        conversation=conversation,
        likely=[c for c in shown if c.strength != "near"],
        less_likely=[c for c in shown if c.strength == "near"],
        rejected=found.rejected,
        count=len(found.offered),
        left=len(found.offered) - len(shown),
        page=page,
        why=_why(viewer, conversation, found),
        evidence_of=lambda candidate: evidence_items(candidate.evidence),
        accepted=conversation.state != "waiting",
    )


def _why(viewer: Viewer, conversation: Conversation, found: Candidates) -> str:
    """Return why nothing was linked by itself, in a sentence."""
    t, n = viewer.reader.t, viewer.reader.n
    exact = found.of("exact")
    if len(exact) > 1:
        return n("why.many_exact", len(exact))
    if exact:
        return t("why.exact_later" if conversation.state != "waiting" or _newest(conversation).version > 1 else "why.off")
    if not found.offered:
        return t("why.rejected") if found.rejected else ""
    best = found.offered[0]
    if best.strength == "remembered":
        return t("why.somebody_else")
    same = [c.field for c in best.evidence.comparisons if c.verdict == "exact"]
    return t(f"why.only_{same[0]}") if len(same) == 1 else t("why.partly")


def _banner(
    viewer: Viewer,
    conversation: Conversation,
    record: records.Record | None,
    sides: banner.Comparison | None,
    refreshed: str,
) -> str:
    rows = banner.shown(viewer.chat_enabled, conversation, sides) if sides else ()
    return render.partial(
        "context/banner",
        viewer.reader,
        conversation=conversation,
        rows=[{"conflict": row, "held": _held(row.field, row.held, record)} for row in rows],
        refreshed=refreshed,
        compared=sides is not None and sides.is_returning and not sides.conflicts,
        accepted=conversation.state != "waiting",
    )


def _held(field: str, values: tuple[str, ...], record: records.Record | None) -> list[str]:
    region = str(record.profile.region) if record else ""
    return [show_phone(value, region) if field == "phone" else value for value in values]


def _given(viewer: Viewer, conversation: Conversation, sides: banner.Comparison | None) -> str:
    newest = _newest(conversation)
    before = (
        ContactDetails.select()
        .where(ContactDetails.conversation == conversation, ContactDetails.version < newest.version)
        .order_by(ContactDetails.version.desc())
        .first()
    )
    return render.partial(
        "context/given",
        viewer.reader,
        conversation=conversation,
        details=newest,
        before=before,
        new_information=dict(sides.new_information) if sides else {},
        accepted=conversation.state != "waiting",
    )


def _newest(conversation: Conversation) -> ContactDetails:
    return facts.details_of(conversation)


def typed_from(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed into the form of a new profile."""
    return {field: str(form.get(field, "")) for field in contact.Given.__dataclass_fields__}
