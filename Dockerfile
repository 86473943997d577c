# bilim: the server. Build: docker build -t bilim .
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 BILIM_HOME=/srv/bilim
WORKDIR /opt/bilim

# docker build --build-arg SPEECH=0 leaves speech out
ARG SPEECH=1
COPY requirements.txt requirements-assets.txt requirements-speech.txt ./
RUN pip install --require-hashes -r requirements.txt && pip install --require-hashes --no-deps -r requirements-assets.txt \
 && if [ "$SPEECH" != 0 ]; then pip install --require-hashes -r requirements-speech.txt; fi

COPY pyproject.toml README.md LICENSE main.py ./
COPY src src
RUN pip install --no-deps . \
 && useradd --system --home-dir /srv/bilim --create-home bilim && install -d -o bilim /srv/bilim/var

USER bilim
VOLUME /srv/bilim/var
EXPOSE 8004
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8004/health', timeout=2)"]
CMD ["bilim", "serve", "--host", "0.0.0.0", "--port", "8004", "--workers", "2"]
