# The service. `docker compose run --rm service COMMAND` runs any of its commands.
FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates espeak-ng python3 python3-venv \
    libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /hanvisa
COPY requirements/service.txt requirements/
RUN python3 -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/service.txt
COPY service service
COPY demo demo
ENV PYTHONPATH=/hanvisa/service
ENTRYPOINT ["/venv/bin/python", "-m", "hanvisa"]
CMD ["serve"]
