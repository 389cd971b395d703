"""What the feedback pages and the class report share: the page round them, and safe text."""

from html import escape

from checks.card import STYLE as CARD_STYLE
from checks.grader.submissions import visible

__all__ = ["html_page", "safe", "safe_name", "verdict_mark"]

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #56606e; --line: #d9dee6;
  --paper: #ffffff; --page: #f4f6f9; --good: #0072b2; --bad: #d55e00; --none: #8a94a3;
  --other: #aa4499; --warn: #fff4e0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #9aa6b5; --line: #36404d; --paper: #1b222c; --page: #11161d;
    --good: #4aa8de; --bad: #f08a3c; --none: #6d7888; --other: #cf7fc4; --warn: #33290f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
section { margin-top: 1.5rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: .88rem; }
.box, table.list { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.box { padding: .75rem 1rem; margin: .6rem 0 0; overflow-wrap: anywhere; }
.box.warn { background: var(--warn); }
.box .bp-card { margin: 0; }
.scroll { overflow-x: auto; }
table.list { border-collapse: separate; border-spacing: 0; width: 100%; }
.list th, .list td { padding: .45rem .9rem; text-align: left; vertical-align: top; }
.list th { font-size: .85rem; color: var(--soft); font-weight: 600; }
.list td { border-top: 1px solid var(--line); overflow-wrap: break-word; }
.list td.small { overflow-wrap: anywhere; }
.list .number, .list .bar { width: 1%; }
.list .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mark { white-space: nowrap; }
.mark::before { content: attr(data-sign) " "; font-weight: 700; }
.good { color: var(--good); } .bad { color: var(--bad); } .other { color: var(--other); }
.none { color: var(--soft); }
section > .bp-card, section .box { background: var(--paper); max-width: none; }
.bp-numbers { overflow-x: auto; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
a { color: inherit; }
ul { margin: .3rem 0; padding-left: 1.3rem; }
figure.box { margin: .6rem 0 0; }
.ends { display: flex; justify-content: space-between; gap: 1rem; margin: .35rem 0 .1rem; }
.share { display: block; width: 100%; height: .8rem; border-radius: 3px; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin-top: .6rem; }
@media (max-width: 40rem) {
  .list th, .list td { padding: .4rem .5rem; }
  .list .bar, .stack thead { display: none; }
  .stack tr, .stack td { display: block; }
  .stack tr { border-top: 1px solid var(--line); padding: .4rem 0; }
  .list.stack td { border: 0; padding: .1rem .5rem; } }
"""


def html_page(title: str, body: str) -> str:
    """A page in one file that needs nothing else and runs nothing.

    title: plain text; body: HTML.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{safe(title)}</title>
<style>{STYLE}</style>
{CARD_STYLE}
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def safe(text: str) -> str:
    """Text for a page: no mark-up, and nothing that steers what comes after it."""
    return escape(visible(text))


def safe_name(name: str) -> str:
    """The name of a function or a lesson, which may be broken after an underscore."""
    return safe(name).replace("_", "_<wbr>")


def verdict_mark(verdict: str) -> str:
    """A verdict with a sign and a colour of its own."""
    kind, sign = {
        "correct": ("good", "✓"),
        "wrong": ("bad", "✗"),
        "not attempted": ("none", "○"),
        "undecided": ("other", "?"),
    }.get(verdict, ("other", "!"))
    return f'<span class="mark {kind}" data-sign="{sign}">{safe(verdict)}</span>'
