import pytest

from pulse_assets.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ExitCode,
    PulseError,
    QualityGateFailed,
    SourceUnavailable,
)
from pulse_assets.graph.outcome import GraphOutcome, PartitionResult

DOWN = SourceUnavailable("down")
REFUSED = AuthenticationFailed("refused")
HELD_BACK = QualityGateFailed("bad rows")


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([None, None], ExitCode.OK),
        ([None, DOWN], ExitCode.PARTIAL),
        ([DOWN, DOWN], ExitCode.SOURCE_DOWN),
        ([REFUSED, REFUSED], ExitCode.AUTHENTICATION),
        ([DOWN, REFUSED], ExitCode.FAILED),
        ([None, HELD_BACK], ExitCode.QUALITY_GATE),
        ([None, HELD_BACK, DOWN], ExitCode.PARTIAL),
        ([], ExitCode.OK),
    ],
)
def test_the_exit_code_says_whether_all_failed_for_one_reason(errors: list[PulseError | None], code: ExitCode) -> None:
    partitions = {
        str(number): PartitionResult(str(number), "completed" if error is None else "failed", error=error)
        for number, error in enumerate(errors)
    }
    assert GraphOutcome(partitions).exit_code == code


def test_what_was_never_attempted_does_not_hide_the_reason() -> None:
    partitions = {
        "a": PartitionResult("a", "failed", error=REFUSED),
        "b": PartitionResult("b", "not_attempted"),
    }
    assert GraphOutcome(partitions).exit_code == ExitCode.AUTHENTICATION


def test_an_error_of_the_whole_wins() -> None:
    assert GraphOutcome(error=ConfigurationError("no")).exit_code == ExitCode.CONFIGURATION
