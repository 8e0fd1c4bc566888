# Calls functions of the Python library registry-api-v2-client. Standard input has the calls as JSON, [[name, [argument, …]], …].
# The answers go to standard output: {"value": …}, or {"error": the class, "message": …}. A class of another package has its name before it.
import asyncio
import json
import sys
from pathlib import Path

import registry_api_v2_client as library

# These take a Path alone.
TAKE_PATHS = {"inspect_docker_tar", "get_tar_manifest", "validate_docker_tar"}


def plain(value):
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def class_of(error):
    package = type(error).__module__.split(".")[0]
    name = type(error).__name__
    return name if package in ("builtins", library.__name__) else f"{package}.{name}"


async def answer(name, arguments):
    if name in TAKE_PATHS:
        arguments = [Path(arguments[0]), *arguments[1:]]
    try:
        value = getattr(library, name)(*arguments)
        return {"value": plain(await value if asyncio.iscoroutine(value) else value)}
    except Exception as error:
        return {"error": class_of(error), "message": str(error)}


async def main():
    print(json.dumps([await answer(*call) for call in json.load(sys.stdin)]))


asyncio.run(main())
