# Asterisk, put in place by the same program as without containers.
FROM debian:sid-slim
RUN apt-get update && apt-get install --yes --no-install-recommends python3
COPY asterisk-conf /hanvisa/asterisk-conf
RUN /hanvisa/asterisk-conf/provision --install-here && rm -rf /var/lib/apt/lists/*
COPY dialplan /hanvisa/dialplan
# What is not set is as provision has it.
CMD /hanvisa/asterisk-conf/provision --configuration-only --state "$HANVISA_STATE" \
        ${HANVISA_BASE_PORT:+--base-port "$HANVISA_BASE_PORT"} \
        ${HANVISA_SIP_HOST:+--sip-host "$HANVISA_SIP_HOST"} ${HANVISA_SIP_PORT:+--sip-port "$HANVISA_SIP_PORT"} \
        ${HANVISA_ARI_URL:+--ari-port "${HANVISA_ARI_URL##*:}"} ${HANVISA_AMI_PORT:+--ami-port "$HANVISA_AMI_PORT"} \
        ${HANVISA_CARRIER_HOST:+--carrier-host "$HANVISA_CARRIER_HOST"} \
        ${HANVISA_CARRIER_PORT:+--carrier-port "$HANVISA_CARRIER_PORT"} \
        ${HANVISA_RTP_FIRST:+--rtp-first "$HANVISA_RTP_FIRST"} ${HANVISA_RTP_LAST:+--rtp-last "$HANVISA_RTP_LAST"} \
        ${HANVISA_PROXY:+--proxy "$HANVISA_PROXY"} \
        --sip-tls-port "$HANVISA_SIP_TLS_PORT" --sip-tls-certificate "$HANVISA_SIP_TLS_CERTIFICATE" \
        --sip-tls-key "$HANVISA_SIP_TLS_KEY" ${HANVISA_SIP_SRTP:+--sip-srtp "$HANVISA_SIP_SRTP"} \
    && exec env $(grep -v '^#' /hanvisa/asterisk-conf/environment) asterisk -f -C "$HANVISA_STATE/asterisk/etc/asterisk.conf"
