"""Checks that a document has the structure of OpenAPI 3.1."""
import re

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATION = {"tags", "summary", "description", "operationId", "parameters", "requestBody", "responses", "deprecated",
             "security"}
PARAMETER = {"name", "in", "description", "required", "deprecated", "schema", "example"}
JSON_TYPES = {"object", "array", "string", "boolean", "integer", "number", "null"}


class Checker:
    def __init__(self, document):
        self.document, self.found, self.ids = document, [], set()

    def want(self, right, where, text):
        if not right:
            self.found.append("%s: %s" % (where, text))
        return right

    def members(self, value, allowed, required, where):
        if not self.want(isinstance(value, dict), where, "is no object"):
            return False
        for name in value:
            self.want(name in allowed or name.startswith("x-"), where, "has the unknown member %s" % name)
        for name in required:
            self.want(name in value, where, "has no %s" % name)
        return all(name in value for name in required)

    def text(self, value, where):
        self.want(isinstance(value, str) and value, where, "is no text")

    def schema(self, schema, where):
        if isinstance(schema, bool):
            return
        if not self.want(isinstance(schema, dict), where, "is no schema"):
            return
        if "$ref" in schema:
            self.reference(schema["$ref"], where)
        types = schema.get("type", [])
        for name in [types] if isinstance(types, str) else types:
            self.want(name in JSON_TYPES, where, "has the unknown type %s" % name)
        for name, member in schema.get("properties", {}).items():
            self.schema(member, "%s.%s" % (where, name))
        required = schema.get("required", [])
        self.want(isinstance(required, list) and len(set(required)) == len(required), where, "required is wrong")
        for name in required:
            self.want(name in schema.get("properties", {}), where, "requires %s, which it does not describe" % name)
        for name in ("items", "additionalProperties"):
            if name in schema:
                self.schema(schema[name], "%s.%s" % (where, name))
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                self.want(isinstance(schema[name], list) and schema[name], where, "%s is empty" % name)
                for index, form in enumerate(schema[name]):
                    self.schema(form, "%s.%s[%d]" % (where, name, index))
        if "enum" in schema:
            self.want(isinstance(schema["enum"], list) and schema["enum"], where, "enum is empty")
        if "description" in schema:
            self.text(schema["description"], where + ".description")

    def reference(self, reference, where):
        match = re.fullmatch(r"#/components/schemas/([A-Za-z0-9._-]+)", reference)
        self.want(match and match[1] in self.document["components"]["schemas"], where, "leads to no schema: %s" % reference)

    def content(self, content, where):
        if self.want(isinstance(content, dict) and content, where, "has no content"):
            for kind, media in content.items():
                self.want("/" in kind, where, "%s is no media type" % kind)
                if self.members(media, {"schema", "example"}, [], where):
                    self.schema(media.get("schema", True), "%s %s" % (where, kind))

    def parameters(self, parameters, path, where):
        seen = set()
        for parameter in parameters:
            if not self.members(parameter, PARAMETER, ["name", "in", "schema"], where):
                continue
            name = "%s parameter %s" % (where, parameter["name"])
            self.want(parameter["in"] in ("path", "query", "header", "cookie"), name, "is nowhere")
            self.want(parameter["in"] != "path" or parameter.get("required") is True, name, "must be required")
            self.want((parameter["in"], parameter["name"]) not in seen, name, "is there twice")
            seen.add((parameter["in"], parameter["name"]))
            self.schema(parameter["schema"], name)
        described = {name for place, name in seen if place == "path"}
        self.want(described == set(re.findall(r"{([^}]*)}", path)), where, "path parameters are %s" % described)

    def operation(self, operation, path, where):
        if not self.members(operation, OPERATION, ["operationId", "responses"], where):
            return
        self.want(operation["operationId"] not in self.ids, where, "its operationId is not its own")
        self.ids.add(operation["operationId"])
        for tag in operation.get("tags", []):
            self.text(tag, where + " tag")
        self.parameters(operation.get("parameters", []), path, where)
        if "requestBody" in operation:
            body = operation["requestBody"]
            if self.members(body, {"description", "required", "content"}, ["content"], where + " body"):
                self.content(body["content"], where + " body")
        self.want(operation["responses"], where, "has no answer")
        for status, answer in operation["responses"].items():
            name = "%s answer %s" % (where, status)
            self.want(re.fullmatch(r"[1-5](\d\d|XX)|default", status), name, "is no status")
            if self.members(answer, {"description", "headers", "content"}, ["description"], name) and "content" in answer:
                self.content(answer["content"], name)
        for one in operation.get("security", []):
            for scheme in one:
                self.want(scheme in self.document["components"]["securitySchemes"], where, "has no scheme %s" % scheme)

    def check(self):
        document = self.document
        if not self.members(document, {"openapi", "info", "paths", "components", "tags", "servers"},
                            ["openapi", "info", "paths", "components"], "document"):
            return self.found
        self.want(re.fullmatch(r"3\.1\.\d+", document["openapi"]), "document", "is not OpenAPI 3.1")
        self.text(document["info"].get("title"), "info.title")
        self.text(document["info"].get("version"), "info.version")
        for name, schema in document["components"]["schemas"].items():
            self.want(re.fullmatch(r"[A-Za-z0-9._-]+", name), name, "is no name")
            self.schema(schema, name)
        shapes = set()
        for path, item in document["paths"].items():
            shape = re.sub(r"{[^}]*}", "{}", path)
            self.want(path.startswith("/"), path, "does not begin with /")
            self.want(shape not in shapes, path, "is there twice")
            shapes.add(shape)
            for method, operation in item.items():
                if self.want(method in METHODS, path, "has the unknown method %s" % method):
                    self.operation(operation, path, "%s %s" % (method, path))
        return self.found


def problems(document):
    """-> what is wrong, one line each."""
    return Checker(document).check()


def operations(document):
    """-> {("GET", "/path"): operation}"""
    return {(method.upper(), path): operation
            for path, item in document["paths"].items() for method, operation in item.items()}
