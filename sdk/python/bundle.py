#!/usr/bin/env python3
"""Writes the package src/platform_sdk as the single file platform_sdk.py.

    python3 sdk/python/bundle.py            writes it
    python3 sdk/python/bundle.py --check    exits with 1 when it differs from the package

Modules follow each other in the order of their imports, without the imports of each other. So a module takes names from
another only by ``from .module import name``, never under another name, and no two modules define the same name.
"""

import ast
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(HERE, "src", "platform_sdk")
TARGET = os.path.join(HERE, "platform_sdk.py")
HEADER = "# Generated from sdk/python/src/platform_sdk by sdk/python/bundle.py. Change the package and run it again.\n"
COMMAND_LINE = 'if __name__ == "__main__":\n    sys.exit(_main(sys.argv[1:]))\n'


class Module:
    """A module of the package: its imports, and the lines that follow them."""

    def __init__(self, name):
        self.name = name
        with open(os.path.join(PACKAGE, name + ".py"), encoding="utf-8") as file:
            source = file.read()
        tree = ast.parse(source)
        self.documentation = ast.get_docstring(tree, clean=False)
        self.uses, self.imports, self.future = [], set(), set()
        lines = source.splitlines(keepends=True)
        for node in tree.body:
            is_documentation = node is tree.body[0] and self.documentation is not None
            if not (is_documentation or isinstance(node, (ast.Import, ast.ImportFrom))):
                continue
            if isinstance(node, ast.ImportFrom) and node.level:
                if any(name.asname for name in node.names):
                    sys.exit("%s.py line %d: a name of the package is imported under another name" % (name, node.lineno))
                self.uses.append(node.module)
            elif isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.future.update(imported.name for imported in node.names)
            elif not is_documentation:
                source_module = node.module if isinstance(node, ast.ImportFrom) else None
                self.imports.update((source_module, imported.name) for imported in node.names)
            for number in range(node.lineno - 1, node.end_lineno):
                lines[number] = ""
        self.text = "".join(lines).strip("\n") + "\n"
        self.names = {name for node in tree.body for name in defined_names(node)}


def defined_names(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def modules_below(name, found):
    """The modules that one uses, each after those that it uses itself."""
    module = Module(name)
    for used in module.uses:
        if used not in [other.name for other in found]:
            modules_below(used, found)
    if name not in [other.name for other in found]:
        found.append(module)
    return found


def import_lines(imports):
    """One line for each module that is imported, or of which names are."""
    whole = sorted("import " + name for source, name in imports if source is None)
    sources = sorted({source for source, _ in imports if source is not None})
    named = ("from %s import %s" % (source, ", ".join(sorted(n for s, n in imports if s == source))) for source in sources)
    return whole + list(named)


def bundle():
    modules = modules_below("__init__", [])
    modules_below("commands", modules)
    package = next(module for module in modules if module.name == "__init__")
    modules.remove(package)
    owners = {}
    for module in modules:
        for name in sorted(module.names):
            if name in owners and name != "fcntl":
                sys.exit("%s is defined in %s.py and in %s.py" % (name, owners[name], module.name))
            owners[name] = module.name
    imports = import_lines(set().union(*(module.imports for module in modules)))
    future = sorted(set().union(*(module.future for module in modules)))
    parts = [HEADER, '"""%s"""\n\n' % package.documentation]
    if future:
        parts.append("from __future__ import %s\n\n" % ", ".join(future))
    parts += ["\n".join(imports), "\n\n", package.text]
    for module in modules:
        title = "# %s " % module.documentation.splitlines()[0].rstrip(".")
        parts += ["\n\n", title + "-" * (120 - len(title)), "\n\n" + module.text]
    return "".join(parts + ["\n\n", COMMAND_LINE])


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wanted = bundle()
    if not arguments:
        with open(TARGET, "w", encoding="utf-8", newline="\n") as file:
            file.write(wanted)
        return 0
    with open(TARGET, encoding="utf-8", newline="") as file:
        is_current = file.read() == wanted
    if not is_current:
        print("sdk/python/platform_sdk.py differs from its package; run: python3 sdk/python/bundle.py", file=sys.stderr)
    return 0 if is_current else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
