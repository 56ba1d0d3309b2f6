"""What shapes are made of.

The line under a field is its description. Fields may be added; none is ever renamed.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, WithJsonSchema, with_config

told = with_config(ConfigDict(use_attribute_docstrings=True))

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Object = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
Status = Literal["Running", "Succeeded", "Failed", "Canceled"]
