"""What the API takes beside a spec."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_COMMENT = 2_000  # characters
LONGEST_PATH = 1_200  # characters; of a property in an ARM body, with the key of its resource
MOST_PATHS = 100
MOST_RESOURCES = 100
LONGEST_ID = 1_000  # characters


class Comment(BaseModel):
    """What somebody says about their decision."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    """Why; kept with the decision."""


class Choice(BaseModel):
    """What is repaired or accepted of a drift report."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    paths: list[Annotated[str, Field(min_length=1, max_length=LONGEST_PATH)]] | None = Field(
        default=None, min_length=1, max_length=MOST_PATHS
    )
    """key:path as the report tells them, or key alone; * and ? are wild. Absent: all of it."""
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    """Why; kept with the operation."""


class Resources(BaseModel):
    """Resources of a deployment, by name."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    resources: list[Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]] = Field(
        min_length=1, max_length=MOST_RESOURCES
    )
    """Keys of the inventory, or ARM ids in it."""


Format = Literal["arm", "bicep", "terraform"]


class ExportRequest(BaseModel):
    """How a deployment is to be written."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    format: Format
    """An ARM template, Bicep, or Terraform (azapi) with imports."""
