"""Whether Defender for Cloud watches every database of the subscription already, or may not."""

from collections.abc import Iterator

from shared.planning.preflight.findings import Finding, Subject, warned

PLAN = "providers/Microsoft.Security/pricings/OpenSourceRelationalDatabases"


def check_defender(subject: Subject) -> Iterator[Finding]:
    """The plan of the subscription; a deployment never changes it, as it is everybody's."""
    if not subject.spec.postgres.threat_protection:
        return
    found = subject.read(f"{subject.subscription}/{PLAN}?api-version=2024-01-01")
    if found["properties"].get("pricingTier") == "Standard":
        text = (
            "the subscription has Defender for open-source databases on, so every such server in "
            "it is watched and paid for: leave this out here, nothing is gained by it"
        )
        yield warned("DefenderIsSubscriptionWide", "postgres.threatProtection", text)
