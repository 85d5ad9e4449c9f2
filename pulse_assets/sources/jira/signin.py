"""Whether Jira took the credential: it may answer as to a stranger, with status 200 and an empty site."""

from collections.abc import Mapping

_REASON, _ACCOUNT = "x-seraph-loginreason", "x-ausername"
_FORBIDDEN, _TOO_MANY_REQUESTS, _FIRST_SERVER_ERROR = 403, 429, 500
#: The account is right, and may not do this: that is the answer's own status.
_RIGHTS = "AUTHORISATION_FAILED"


def refusal_in(status: int, headers: Mapping[str, str]) -> str | None:
    """What the headers say against the credential.

    `X-Seraph-LoginReason` is OK or absent where it was accepted; Data Center says `X-AUSERNAME: anonymous` else.
    """
    if status == _TOO_MANY_REQUESTS or status >= _FIRST_SERVER_ERROR:
        return None
    reasons = [each.strip().upper() for each in headers.get(_REASON, "").split(",") if each.strip()]
    against = next((each for each in reasons if each != "OK"), None)
    if against is not None and not (status == _FORBIDDEN and against == _RIGHTS):
        captcha = headers.get("x-authentication-denied-reason", "")
        more = "; it wants a person to solve a CAPTCHA" if "CAPTCHA" in captcha.upper() else ""
        return f"X-Seraph-LoginReason is {against[:60]}{more}"
    if headers.get(_ACCOUNT, "").strip().lower() == "anonymous":
        return "the answer is for an anonymous visitor"
    return None
