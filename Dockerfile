# The service alone; docker-compose.yml adds PostgreSQL and Kafka.
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build pkg-config libcaf-dev libboost1.81-dev \
      libboost-program-options1.81-dev libpq-dev librdkafka-dev rapidjson-dev \
      catch2 libspdlog-dev libjemalloc-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cmake --preset release \
    && cmake --build build/release --target wallet \
    && strip build/release/wallet

FROM debian:12-slim
# curl is for the health check only.
RUN apt-get update && apt-get install -y --no-install-recommends \
      libcaf-core0.17 libboost-program-options1.81.0 libpq5 librdkafka1 \
      libspdlog1.10 libjemalloc2 ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --uid 10001 wallet
COPY --from=build /source/build/release/wallet /usr/local/bin/wallet
USER wallet
WORKDIR /
ENV PORT=3000 HISTORY_PORT=3001
EXPOSE 3000 3001
# Alive, not ready: a standby waits for its turn and is in good health.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD curl -fsS "http://localhost:$PORT/livez" || exit 1
ENTRYPOINT ["wallet"]
CMD ["serve"]
