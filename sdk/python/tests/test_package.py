import ast
import glob
import os
import subprocess
import sys
import unittest

from support import PACKAGE, SDK

MODULES = glob.glob(os.path.join(PACKAGE, "**", "*.py"), recursive=True)


class The_package(unittest.TestCase):
    def test_is_the_same_as_the_single_file(self):
        done = subprocess.run([sys.executable, os.path.join(SDK, "bundle.py"), "--check"], stderr=subprocess.PIPE)
        self.assertEqual(0, done.returncode, done.stderr.decode())

    def test_is_written_in_the_syntax_of_python_3_8(self):
        for path in MODULES + [os.path.join(SDK, "platform_sdk.py"), os.path.join(SDK, "bundle.py")]:
            with open(path, encoding="utf-8") as file:
                ast.parse(file.read(), path, feature_version=(3, 8))

    def test_has_short_modules_that_say_what_they_are_for(self):
        for path in MODULES:
            with open(path, encoding="utf-8") as file:
                source = file.read()
            self.assertLess(source.count("\n"), 400, path)
            self.assertTrue(ast.get_docstring(ast.parse(source)), path)

    def test_uses_every_name_that_it_imports(self):
        for path in MODULES:
            if os.path.basename(path) == "__init__.py":
                continue
            with open(path, encoding="utf-8") as file:
                tree = ast.parse(file.read())
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            for node in tree.body:
                if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
                    for imported in node.names:
                        name = (imported.asname or imported.name).split(".")[0]
                        self.assertIn(name, names, "%s imports %s" % (path, name))

    def test_documents_what_is_public(self):
        import platform_sdk

        for name in platform_sdk.__all__:
            self.assertTrue(getattr(platform_sdk, name).__doc__, name)


if __name__ == "__main__":
    unittest.main()
