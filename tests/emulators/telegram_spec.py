"""Judges calls by the machine-readable description of the Bot API (methods, parameters, types)."""

import json
from pathlib import Path
from typing import Any


class TelegramSpec:
    """`problems(method, params, files)` says what is wrong with a call; an empty list means nothing."""

    def __init__(self, path: Path) -> None:
        found = json.loads(path.read_text(encoding="utf-8"))
        self.methods: dict[str, Any] = found["methods"]
        self.types: dict[str, Any] = found["types"]

    def problems(self, method: str, params: dict[str, Any], files: set[str]) -> list[str]:
        """`params` as received: texts of a form (JSON inside), or JSON values. `files` are names of uploaded parts."""
        if method not in self.methods:
            return [f"{method}: no such method"]
        fields = {field["name"]: field for field in self.methods[method].get("fields", [])}
        attached = {name for name in files if f"attach://{name}" in json.dumps(params)}
        wrong = [f"unknown parameter {name}" for name in sorted({*params, *files} - attached - set(fields))]
        wrong += [
            f"missing parameter {name}"
            for name, field in fields.items()
            if field["required"] and name not in params and name not in files
        ]
        for name in files & set(fields):
            if "InputFile" not in fields[name]["types"]:
                wrong.append(f"{name} is no file")
        for name, value in params.items():
            if name in fields:
                wrong += self._any(fields[name]["types"], self._decoded(value, fields[name]["types"]), name)
        return [f"{method}: {problem}" for problem in wrong]

    def type_problems(self, name: str, value: Any) -> list[str]:
        """What is wrong with a JSON value that should be of the named type, e.g. an Update."""
        return self._one(name, value, name)

    def _decoded(self, value: Any, types: list[str]) -> Any:
        """A form carries everything as text: only where no text is wanted it must be JSON."""
        if not isinstance(value, str) or types == ["String"]:
            return value
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return value if isinstance(decoded, str) else decoded

    def _any(self, types: list[str], value: Any, where: str) -> list[str]:
        found = [self._one(kind, value, where) for kind in types]
        return [] if [] in found else min(found, key=len)

    def _one(self, kind: str, value: Any, where: str) -> list[str]:
        plain: dict[str, tuple[type, ...]] = {"String": (str,), "Integer": (int,), "Float": (int, float)}
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where} is no list"]
            inner = kind.removeprefix("Array of ")
            return [wrong for n, each in enumerate(value) for wrong in self._one(inner, each, f"{where}[{n}]")]
        if kind in plain:
            fits = isinstance(value, plain[kind]) and not isinstance(value, bool)
            return [] if fits else [f"{where} is no {kind}: {value!r}"[:120]]
        if kind in ("Boolean", "True"):
            return [] if isinstance(value, bool) else [f"{where} is no {kind}: {value!r}"[:120]]
        if kind == "InputFile":
            return [f"{where} is no upload"]
        return self._object(kind, value, where)

    def _object(self, kind: str, value: Any, where: str) -> list[str]:
        described = self.types[kind]
        if not isinstance(value, dict):
            return [f"{where} is no {kind}: {value!r}"[:120]]
        if described.get("subtypes"):
            return self._any(described["subtypes"], value, where)
        fields = {field["name"]: field for field in described.get("fields", [])}
        wrong = [f"unknown field {where}.{name}" for name in value if name not in fields]
        for name, field in fields.items():
            if name in value:
                wrong += self._any(field["types"], value[name], f"{where}.{name}")
            elif field["required"]:
                wrong.append(f"missing field {where}.{name}")
        return wrong
