"""Judges calls and answers by the OpenAPI description of Mastodon's client API."""

import json
import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_PLAIN: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,)
}  # fmt: skip


class MastodonSpec:
    """Empty lists mean that nothing is wrong."""

    def __init__(self, path: Path) -> None:
        found = json.loads(path.read_text(encoding="utf-8"))
        self._schemas: Json = found["components"]["schemas"]
        self._paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", name) + "/?"): methods for name, methods in found["paths"].items()
        }

    def problems(
        self, method: str, path: str, query: dict[str, list[str]], form: dict[str, list[str]] | None
    ) -> list[str]:
        """What is wrong with a call; `form`: the fields of its body, None for a file's."""
        found = [one for pattern, one in self._paths.items() if pattern.fullmatch(path)]
        about = next((one[method.lower()] for one in found if method.lower() in one), None)
        if about is None:
            return [f"{method} {path}: no such call"]
        known = {one["name"]: one["schema"] for one in about.get("parameters", ()) if one.get("in") == "query"}
        wrong = self._fields(query, known)
        if form is not None and "requestBody" in about:
            (schema,) = (one["schema"] for one in about["requestBody"]["content"].values())
            choices = [self._flat(one) for one in schema.get("oneOf", [schema])]
            wrong += min((self._form(form, one) for one in choices), key=len)
        return [f"{method} {path}: {one}" for one in wrong]

    def entity_problems(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value that should be of the named kind."""
        return self._value({"$ref": f"#/components/schemas/{name}"}, value, name)

    def _form(self, form: dict[str, list[str]], schema: Json) -> list[str]:
        there = {name.removesuffix("[]") for name in form}
        missing = [f"missing {name}" for name in schema.get("required", ()) if name not in there]
        return missing + self._fields(form, schema.get("properties", {}))

    def _fields(self, given: dict[str, list[str]], known: Json) -> list[str]:
        wrong = []
        for name, values in given.items():
            schema = self._flat(known.get(name.removesuffix("[]"), {}))
            if not schema:
                wrong.append(f"unknown {name}")
            elif (schema.get("type") == "array") != name.endswith("[]"):
                wrong.append(f"{name}: a list or none?")
            else:
                one = schema["items"] if schema.get("type") == "array" else schema
                wrong += [told for value in values for told in self._text(self._flat(one), value, name)]
        return wrong

    def _text(self, schema: Json, value: str, name: str) -> list[str]:
        """A value as it stands in a query or a form."""
        kind = schema.get("type")
        if kind == "boolean" and value not in ("true", "false", "1", "0"):
            return [f"{name}: no boolean: {value}"]
        if kind == "integer" and not value.isdecimal():
            return [f"{name}: no number: {value}"]
        return [f"{name}: {value} is none of those"] if "enum" in schema and value not in schema["enum"] else []

    def _flat(self, schema: Json) -> Json:
        """A schema with what it refers to, and all of its parts together."""
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if "allOf" not in schema:
            return schema
        parts = [self._flat(one) for one in schema["allOf"]]
        properties = {name: one for part in parts for name, one in part.get("properties", {}).items()}
        required = [name for part in parts for name in part.get("required", ())]
        merged = {key: value for part in parts for key, value in part.items()} | {
            key: value for key, value in schema.items() if key != "allOf"
        }
        return {**merged, "properties": properties, "required": required}

    def _value(self, schema: Json, value: Any, where: str) -> list[str]:
        schema = self._flat(schema)
        for many in ("oneOf", "anyOf"):
            if many in schema:
                return min((self._value(one, value, where) for one in schema[many]), key=len)
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if value is None:
            return [] if schema.get("nullable") or "null" in kinds or not kinds else [f"{where} is null"]
        if kinds and not any(_is(value, kind) for kind in kinds):
            return [f"{where} is no {'/'.join(kinds)}: {value!r}"[:120]]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where}: {value!r} is none of those"]
        if isinstance(value, list):
            return [
                told
                for n, one in enumerate(value)
                for told in self._value(schema.get("items", {}), one, f"{where}[{n}]")
            ]
        return self._object(schema, value, where) if isinstance(value, dict) and "properties" in schema else []

    def _object(self, schema: Json, value: Json, where: str) -> list[str]:
        wrong = [f"missing {where}.{name}" for name in schema.get("required", ()) if name not in value]
        for name, one in value.items():
            if name in schema["properties"]:
                wrong += self._value(schema["properties"][name], one, f"{where}.{name}")
            else:
                wrong.append(f"unknown {where}.{name}")
        return wrong


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return kind == "null" or isinstance(value, _PLAIN[kind])
