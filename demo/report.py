"""One self-contained page that shows each capture with its trigger words and pictures boxed.

Written for a Designated Safeguarding Lead: no figure without its meaning, no word that a developer must explain.
"""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from demo.samples import Sample, keyword_raised
from domain.image_match import ImageMatch
from domain.page import Box
from domain.verdict import Action, Finding, Reason, Verdict
from image_hash.grouping import group_sightings, sighting_of

WIDTH, HEIGHT = 1366, 768
LOW = 2
SEVERITY = ("harmless", "for information", "low", "concern", "serious", "immediate risk")
QUEUE = {Action.DISMISS: "Set aside", Action.REVIEW: "To review", Action.ALERT: "Alert"}
CATEGORY = {
    "grooming": "grooming",
    "bullying": "bullying",
    "discrimination": "discrimination",
    "drugs": "drugs and alcohol",
    "radicalisation": "radicalisation",
    "pornography": "pornography",
    "self_harm": "self-harm",
    "suicide": "suicide",
    "violence": "violence",
}
REASON = {
    Reason.MODEL: "judged from the words around it",
    Reason.LOW_CONFIDENCE: "too little of it could be understood, so the keyword's own grade stands",
    Reason.UNSUPPORTED_LANGUAGE: "not in English, so the keyword's own grade stands",
    Reason.POOR_OCR: "hard to read on the screen, so the keyword's own grade stands",
    Reason.NO_CONTEXT: "nothing stands around it, so the keyword's own grade stands",
    Reason.NO_MODEL_HEAD: "your school's own category, so the keyword's own grade stands",
    Reason.DEGRADED: "the second look was not available, so the keyword's own grade stands",
    Reason.PROTECTED: "on a protected list that nothing may lower",
    Reason.SOLICITATION: "asks for or threatens with sexual pictures, so the keyword's own grade stands",
    Reason.POLICY_FLOOR: "your school's rules never let this category fall lower",
    Reason.EXCLUDED: "your school trusts this site or application",
}
_STYLE = """
body{font:16px/1.5 "Segoe UI","DejaVu Sans",sans-serif;margin:0;background:#f3f4f6;color:#1f2937}
main{max-width:1100px;margin:0 auto;padding:24px}h1{margin:0 0 8px}h2{margin:0;font-size:20px}
.card{background:#fff;border-radius:12px;box-shadow:0 1px 4px #0002;margin:24px 0;overflow:hidden}
.head{display:flex;gap:12px;align-items:center;padding:14px 18px;border-left:10px solid}
.dismiss .head{border-color:#16a34a}.review .head{border-color:#d97706}.alert .head{border-color:#dc2626}
.badge{margin-left:auto;padding:4px 12px;border-radius:99px;color:#fff;font-weight:600;white-space:nowrap}
.dismiss .badge{background:#16a34a}.review .badge{background:#b45309}.alert .badge{background:#dc2626}
.shot{position:relative}.shot img{width:100%;display:block}.shot i{position:absolute;border:2px solid;border-radius:3px}
.shot i.low{border-color:#16a34a;background:#16a34a22}.shot i.high{border-color:#dc2626;background:#dc262622}
.shot i.picture{border-width:4px}.text{padding:12px 18px}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:6px 10px;border-bottom:1px solid #e5e7eb;vertical-align:top}mark{background:#fde68a}
.sum td:nth-child(n+2),.sum th:nth-child(n+2){text-align:right}.small{color:#4b5563;font-size:14px}
"""


def write_report(path: Path, scored: Sequence[tuple[Sample, Verdict]]) -> None:
    """Writes the report.

    Args:
        path: The HTML file.
        scored: Samples with their verdicts; findings with evidence.
    """
    order = {Action.ALERT: 0, Action.REVIEW: 1, Action.DISMISS: 2}
    groups = group_sightings([sighting_of(verdict) for _, verdict in scored])
    cards = sorted(groups, key=lambda group: (order[scored[group[0]][1].action], -scored[group[0]][1].severity))
    body = "".join(_card(*scored[group[0]], len(group) - 1) for group in cards)
    path.write_text(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Secondglance: sample captures</title>
<style>{_STYLE}</style></head><body><main><h1>What the second look makes of {len(scored)} screens</h1>
<p>Each screen below was read by the computer. Words from the keyword list are boxed: <b style="color:#dc2626">red</b>
where the words around them suggest a concern, <b style="color:#16a34a">green</b> where they look harmless.
Screens that need you come first. Nothing is deleted: a screen that is set aside can still be searched for.</p>
{_summary(scored)}{body}
<p class="small">The pupils, names and messages are invented for this demonstration.</p></main></body></html>""",
        encoding="utf-8",
    )


def _summary(scored: Sequence[tuple[Sample, Verdict]]) -> str:
    rows = ""
    for genuine, name in ((True, "Screens with a real concern"), (False, "Harmless screens with the same words")):
        group = [verdict for sample, verdict in scored if sample.genuine is genuine]
        first = sum(keyword_raised(verdict) for verdict in group)
        second = sum(verdict.action is not Action.DISMISS for verdict in group)
        rows += f"<tr><td>{name}</td><td>{len(group)}</td><td>{first}</td><td>{second}</td></tr>"
    names = ("", "shown here", "you would see with keywords alone", "you see with the second look")
    heads = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
    return f'<div class="card text"><table class="sum">{heads}{rows}</table></div>'


def _card(sample: Sample, verdict: Verdict, more: int) -> str:
    image = base64.b64encode(sample.path.read_bytes()).decode("ascii")
    boxes = "".join(_box(box, finding.severity) for finding in verdict.findings for box in finding.boxes)
    boxes += "".join(_box(match.box, match.severity, "picture") for match in verdict.image_matches)
    level = SEVERITY[verdict.severity]
    if verdict.severity < LOW and verdict.action is Action.REVIEW:
        level = "probably harmless, kept in your queue to be sure"
    elif verdict.severity and verdict.category:
        level += f", {CATEGORY.get(verdict.category, verdict.category)}"
    found = "".join(_picture(match) for match in verdict.image_matches) + "".join(
        _finding(finding, verdict) for finding in _worth_showing(verdict.findings)
    )
    head = "<tr><th>what was found</th><th>keyword list says</th><th>second look says</th><th>why</th></tr>"
    table = f"<table>{head}{found}</table>" if found else "<p>No word of the keyword list stands on this screen.</p>"
    return f"""<section class="card {verdict.action.value}"><div class="head"><h2>{escape(sample.title)}</h2>
<span class="small">{escape(level)}</span><span class="badge">{QUEUE[verdict.action]}</span></div>
<div class="text">{escape(sample.story)}{f" ({more} more captures of the same screen)" if more else ""}</div>
<div class="shot"><img alt="{escape(sample.title)}" src="data:image/png;base64,{image}">{boxes}</div>
<div class="text">{table}</div></section>"""


def _worth_showing(findings: Sequence[Finding]) -> list[Finding]:
    """The weightiest findings first, each phrase once, at most eight."""
    seen: dict[tuple[str, int], Finding] = {}
    for finding in sorted(findings, key=lambda finding: (-finding.severity, -finding.hit.grade, finding.hit.start)):
        seen.setdefault((finding.hit.matched.casefold(), finding.severity), finding)
    return list(seen.values())[:8]


def _finding(finding: Finding, verdict: Verdict) -> str:
    hit = finding.hit
    quoted = "a phrase of a protected list" if hit.protected else f"“{escape(' '.join(hit.matched.split()))}”"
    category = CATEGORY.get(finding.assessed_category, finding.assessed_category)
    second = SEVERITY[finding.severity] + (f" ({escape(category)})" if finding.severity else "")
    why = REASON[finding.reason]
    if finding.reason is Reason.MODEL and finding.severity < LOW and finding.action is Action.REVIEW:
        why += ", not surely enough to set it aside"
    return (
        f"<tr><td>{quoted}</td><td>{SEVERITY[hit.grade]} ({escape(CATEGORY.get(hit.category, hit.category))})</td>"
        f"<td>{second}</td><td>{why}{_pointers(finding, verdict.text or '')}</td></tr>"
    )


def _pointers(finding: Finding, text: str) -> str:
    """The words that moved the score, in plain words."""
    up = [text[e.start : e.end] for e in finding.evidence if e.effect > 0][:4]
    down = [text[e.start : e.end] for e in finding.evidence if e.effect < 0][:4]
    parts = [
        f"; {name} by {', '.join(f'<mark>{escape(word)}</mark>' for word in words)}"
        for name, words in (("raised", up), ("lowered", down))
        if words
    ]
    return "".join(parts)


def _picture(match: ImageMatch) -> str:
    why = f"it matches a picture of the list “{escape(match.bank)}”" + (
        ", left and right changed over" if match.mirrored else ""
    )
    if match.quarantined:
        why += "; it matched on so many screens that it was set aside"
    return (
        f"<tr><td>a known picture ({escape(match.item)})</td><td>-</td>"
        f"<td>{SEVERITY[match.severity]} ({escape(CATEGORY.get(match.category, match.category))})</td>"
        f"<td>{why}</td></tr>"
    )


def _box(box: Box, severity: int, extra: str = "") -> str:
    left, top, right, bottom = box
    place = (
        f"left:{100 * left / WIDTH:.2f}%;top:{100 * top / HEIGHT:.2f}%;"
        f"width:{100 * (right - left) / WIDTH:.2f}%;height:{100 * (bottom - top) / HEIGHT:.2f}%"
    )
    return f'<i class="{"high" if severity >= 3 else "low"} {extra}" style="{place}"></i>'
