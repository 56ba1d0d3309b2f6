"""What the API takes beside a spec."""

from pydantic import BaseModel, ConfigDict, Field

LONGEST_COMMENT = 2_000  # characters


class Comment(BaseModel):
    """What somebody says about their decision."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    """Why; kept with the decision."""
