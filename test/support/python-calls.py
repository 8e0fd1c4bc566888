# Calls functions of the Python library registry-api-v2-client. Standard input has the calls as JSON, [[name, [argument, …]], …].
# The answers go to standard output: {"value": …}, or {"error": the class, "message": …}.
import asyncio
import json
import sys
from pathlib import Path

import registry_api_v2_client as library

# These take a Path alone.
TAKE_PATHS = {"inspect_docker_tar", "get_tar_manifest", "validate_docker_tar"}


def plain(value):
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


async def answer(name, arguments):
    if name in TAKE_PATHS:
        arguments = [Path(arguments[0]), *arguments[1:]]
    try:
        value = getattr(library, name)(*arguments)
        return {"value": plain(await value if asyncio.iscoroutine(value) else value)}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


async def main():
    print(json.dumps([await answer(*call) for call in json.load(sys.stdin)]))


asyncio.run(main())
