import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    // Everything but index.html and the icon carries a hash in its name and may be cached for ever.
    assetsDir: 'assets',
    // The content security policy allows no data: URLs, so nothing may be inlined.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': 'http://127.0.0.1:8080', '/auth': 'http://127.0.0.1:8080' },
  },
  test: {
    restoreMocks: true,
    // Generous: a hung test should fail, one on a busy machine should not.
    testTimeout: 60_000,
    // Only what needs a document pays for one.
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['src/**/*.test.ts'], exclude: ['src/**/*.dom.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'dom',
          environment: 'jsdom',
          setupFiles: ['src/test/setup.ts'],
          include: ['src/**/*.dom.test.ts', 'src/**/*.test.tsx'],
        },
      },
    ],
  },
});
