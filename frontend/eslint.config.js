import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Imports lead from app over features to components and on to lib; no feature knows another. */
const mayNotImport = (files, pattern, message) => ({
    files: [files],
    rules: {
        'no-restricted-imports': ['error', { patterns: [{ regex: pattern, message }] }],
        'no-restricted-syntax': ['error', { selector: `ImportExpression[source.value=/${pattern}/]`, message }],
    },
});

export default defineConfig(
    globalIgnores(['dist', 'generated']),
    js.configs.recommended,
    reactHooks.configs.flat.recommended,
    jsxA11y.flatConfigs.recommended,
    {
        files: ['**/*.{ts,tsx}'],
        extends: [tseslint.configs.recommendedTypeChecked],
        languageOptions: { parserOptions: { projectService: true } },
    },
    {
        rules: {
            // The keyboard must reach what scrolls and what is moved.
            'jsx-a11y/no-noninteractive-tabindex': [
                'error',
                { tags: ['pre'], roles: ['log', 'region', 'rowgroup', 'separator'] },
            ],
            // Speaks about the React Compiler, which does not build this app.
            'react-hooks/incompatible-library': 'off',
        },
    },
    mayNotImport('src/lib/**', String.raw`\/(app|features|components)\/`, 'lib knows nothing of the page.'),
    mayNotImport('src/components/**', String.raw`\/(app|features)\/`, 'Shared components know no feature.'),
    mayNotImport(
        'src/features/**',
        String.raw`^\.\.\/\.\.\/(?!\.\.\/)|\/(app|features)\/`,
        'A feature knows only itself, components and lib.',
    ),
);
