"""Where a resource differs from the recipe."""

from dataclasses import dataclass

from shared.deployment.messages import Advice


@dataclass(frozen=True, slots=True)
class Departure:
    """A correction of the original recipe, shown as a warning in the plan."""

    recipe_step: str  # "diagram", "prerequisites", "step 1" ... "validation", "challenge"
    code: str  # GatewayHasNoPublicIp
    reason: str

    def advice(self, key: str) -> Advice:
        """It as a warning of the plan, about the resource of a key."""
        return Advice(code=self.code, message=self.reason, target=key, recipeStep=self.recipe_step)
