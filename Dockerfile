# A static binary in an empty image: no shell, no package manager, not root.
# An exact version; your registry knows its digest, if you pin by that.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /slipway . && mkdir /data && mkdir -m 1777 /scratch

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /slipway /slipway
# The database: mount a local volume here. Network file systems break SQLite's locks.
COPY --from=build --chown=65532:65532 /data /data
# For large sorts and backups; mount a tmpfs here where the root is read-only.
COPY --from=build /scratch /tmp
ENV ZONEINFO=/zoneinfo.zip DATABASE_URL=sqlite:/data/slipway.db
USER 65532:65532
VOLUME /data
# No HEALTHCHECK: there is no shell, and whoever runs the container asks SLIPWAY_LISTEN's /healthz and /readyz. `slipway check`
# is for people: it opens a socket of its own.
ENTRYPOINT ["/slipway"]
CMD ["run"]
