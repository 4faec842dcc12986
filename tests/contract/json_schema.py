"""Checks a JSON value against a schema of an OpenAPI document; knows what these documents use."""
import re
import uuid

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
NUMBERS = {"integer": int, "number": (int, float)}


def resolve(schema, document):
    while "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def is_type(value, name):
    if name in NUMBERS:
        return isinstance(value, NUMBERS[name]) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def is_uuid(text):
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def mistakes(value, schema, document, where="$"):
    """-> what is wrong, one line each."""
    schema = resolve(schema, document)
    if "anyOf" in schema:
        each = [mistakes(value, form, document, where) for form in schema["anyOf"]]
        return [] if [] in each else ["%s fits no form: %s" % (where, each)]
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted
    if names and not any(is_type(value, name) for name in names):
        return ["%s is %.60r, not %s" % (where, value, wanted)]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append("%s is %r, not one of %s" % (where, value, schema["enum"]))
    if "const" in schema and value != schema["const"]:
        found.append("%s is %r, not %r" % (where, value, schema["const"]))
    if schema.get("format") == "uuid" and not is_uuid(value):
        found.append("%s is %r, no UUID" % (where, value))
    if schema.get("format") == "date-time" and not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        found.append("%s is %r, no moment" % (where, value))
    if isinstance(value, dict):
        found += ["%s has no %s" % (where, name) for name in schema.get("required", []) if name not in value]
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name, member in value.items():
            below = "%s.%s" % (where, name)
            if name in known:
                found += mistakes(member, known[name], document, below)
            elif isinstance(more, dict):
                found += mistakes(member, more, document, below)
            elif not more:
                found.append("%s is not known" % below)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            found += mistakes(item, schema["items"], document, "%s[%d]" % (where, index))
    return found
