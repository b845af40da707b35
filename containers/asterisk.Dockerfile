# Asterisk, put in place by the same program as without containers.
FROM debian:sid-slim
RUN apt-get update && apt-get install --yes --no-install-recommends python3
COPY asterisk-conf /hanvisa/asterisk-conf
RUN /hanvisa/asterisk-conf/provision --install-here && rm -rf /var/lib/apt/lists/*
COPY dialplan /hanvisa/dialplan
CMD /hanvisa/asterisk-conf/provision --configuration-only --state "$HANVISA_STATE" \
        --sip-host "$HANVISA_SIP_HOST" --sip-port "$HANVISA_SIP_PORT" \
        --carrier-host "$HANVISA_CARRIER_HOST" --carrier-port "$HANVISA_CARRIER_PORT" \
        --sip-tls-port "$HANVISA_SIP_TLS_PORT" --sip-tls-certificate "$HANVISA_SIP_TLS_CERTIFICATE" \
        --sip-tls-key "$HANVISA_SIP_TLS_KEY" --sip-srtp "$HANVISA_SIP_SRTP" \
    && exec env $(grep -v '^#' /hanvisa/asterisk-conf/environment) asterisk -f -C "$HANVISA_STATE/asterisk/etc/asterisk.conf"
