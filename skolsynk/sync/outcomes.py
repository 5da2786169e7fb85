"""An ended run as JSON and as lines for a terminal."""

from __future__ import annotations

from skolsynk.store.claims import RunFacts
from skolsynk.sync.command import FAILED, Stop


def fail_if_failed(ended: RunFacts) -> None:
    """Raises: Stop with the run's own words when it failed."""
    if ended.state == "failed":
        raise Stop(FAILED, words(ended))


def words(ended: RunFacts) -> str:
    """Why a run failed, in English, with the run's id as reference."""
    text = ended.error_args[1] if len(ended.error_args) > 1 else ended.error_code
    return f"{text} [{ended.error_code}, run {ended.id}]"


def document(ended: RunFacts) -> dict[str, object]:
    """Shape: {run, kind, mode, state, today, counts, seconds: {phase: s}, error}."""
    return {
        "run": str(ended.id),
        "kind": ended.kind,
        "mode": ended.mode,
        "state": ended.state,
        "today": ended.today.isoformat(),
        "counts": dict(ended.counts),
        "seconds": dict(ended.timings),
        "error": words(ended) if ended.state == "failed" else None,
    }


def lines(vendor: str, ended: RunFacts) -> list[str]:
    """One line of numbers, and one on what to do about what is held."""
    if ended.state == "failed":
        return [f"{vendor} ({ended.mode}): FAILED. {words(ended)}"]
    total = ended.counts.get("total")
    counts = total if isinstance(total, dict) else {}
    first = (
        f"{vendor} ({ended.mode}): created {counts.get('created', 0)}, updated {counts.get('updated', 0)}, "
        f"deleted {counts.get('deleted', 0)}, held {counts.get('held', 0)}, frozen {counts.get('frozen', 0)}, "
        f"refused earlier {counts.get('refused', 0)}, unchanged {counts.get('unchanged', 0)}"
    )
    result = [first]
    sent = ended.counts.get("sent")
    if isinstance(sent, dict):
        result.append("  answered: " + ", ".join(f"{key} {number}" for key, number in sent.items()))
    if counts.get("held"):
        result.append(
            f"  Held changes wait for a person: approve --vendor {vendor} (look first: plan --vendor {vendor})."
        )
    return result
