"""What every report page has in common: templates that escape, and one style that its own hash allows."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_REPORTS = "pulse_assets.reports"
_SHARED_STYLES = ("base.css", "overview.css", "sections.css", "print.css")


def rendered(
    template: str,
    *,
    filters: Mapping[str, Callable[..., Any]],
    package: str = _REPORTS,
    own_styles: Sequence[str] = (),
    **values: Any,
) -> str:
    """A page as text.

    Args:
        template: Its file, in the folder `templates` of the package.
        filters: By the names that the template calls them.
        package: Whose templates and styles beside the shared ones.
        own_styles: Files of the package, after the shared ones.
        values: What the template is given.
    """
    style = _style(package, tuple(own_styles))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = _environment(package)
    environment.filters |= filters
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704 - the package's own files
        style_hash=f"sha256-{digest}",
        **values,
    )


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style(package: str, own: tuple[str, ...]) -> str:
    shared = files(_REPORTS) / "templates"
    folder = files(package) / "templates"
    texts = [(shared / name).read_text(encoding="utf-8") for name in _SHARED_STYLES]
    return "".join([*texts, *((folder / name).read_text(encoding="utf-8") for name in own)])
