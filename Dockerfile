# The version that Evolens is tested with; "engines" in package.json names the oldest one.
ARG NODE=20.20.2

# Compilers and Python are for packages without a prebuilt binary; they stay in this stage.
FROM node:${NODE}-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY lib/cli/start lib/cli/start
# The steps of "npm start": packages of the lock file, with the install scripts that package.json allows.
RUN node -e "import('/app/lib/cli/start/prepare.mjs').then((m) => m.installPackages({ dataDir: '/tmp/data', cacheDir: '/tmp/cache', host: '127.0.0.1', port: 3000 }))"
COPY . .
# What a second build would read again is a third of a gigabyte.
RUN node -e "import('/app/lib/cli/start/prepare.mjs').then((m) => m.buildApp({ dataDir: '/tmp/data', cacheDir: '/tmp/cache', host: '127.0.0.1', port: 3000 }))" \
  && rm -rf .next/cache

FROM node:${NODE}-bookworm-slim
# Draws figures for programs; leave it out with --build-arg BROWSER= (about 400 MB).
ARG BROWSER=chromium
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libgomp1 ${BROWSER} \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /app /data /cache
WORKDIR /app
COPY --from=build --chown=node:node /app /app
# Beyond this machine the start command wants EVOLENS_ACCESS_TOKEN (16 characters or more), which has no default.
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=3000 \
  EVOLENS_DATA_DIR=/data \
  EVOLENS_CACHE_DIR=/cache
USER node
VOLUME ["/data", "/cache"]
EXPOSE 3000
# The first start fetches two models before the page is there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 CMD ["node", "lib/cli/start/health.mjs"]
CMD ["node", "lib/cli/start/main.mjs"]
