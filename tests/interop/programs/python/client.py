"""An agent on opentelemetry-opamp-client that does what its standard input says and writes what happens to it to
standard output, one JSON object a line. Arguments and configurations: see ../go/client/main.go."""

import json
import sys
import threading

from opentelemetry._opamp.agent import OpAMPAgent
from opentelemetry._opamp.callbacks import OpAMPCallbacks
from opentelemetry._opamp.client import OpAMPClient
from opentelemetry._opamp.proto import opamp_pb2

output = threading.Lock()


def say(event, **facts):
    with output:
        print(json.dumps({"event": event, **facts}), flush=True)


class Callbacks(OpAMPCallbacks):
    def on_connect(self, agent, client):
        say("connected")

    def on_connect_failed(self, agent, client, error):
        say("connect-failed", error=str(error))

    def on_error(self, agent, client, error_response):
        say("error", error=error_response.error_message)

    def on_message(self, agent, client, message):
        config = message.remote_config
        if config is None:
            return
        files = {
            name: {"body": file.body.decode(), "contentType": file.content_type}
            for name, file in config.config.config_map.items()
        }
        say("config", hash=config.config_hash.hex(), files=files)
        try:
            # The client's own decoder takes JSON only and raises for every other content type.
            effective = dict(client.decode_remote_config(config))
            is_refused, reason = any("REFUSE" in str(value) for value in effective.values()), "refused by the test agent"
        except Exception as error:
            is_refused, reason = True, str(error)
        statuses = opamp_pb2.RemoteConfigStatuses
        status = client.update_remote_config_status(
            remote_config_hash=config.config_hash,
            status=statuses.RemoteConfigStatuses_FAILED if is_refused else statuses.RemoteConfigStatuses_APPLIED,
            error_message=reason if is_refused else "",
        )
        if not is_refused:
            client.update_effective_config(effective, content_type="application/json")
        if status is not None:
            agent.send(client.build_remote_config_status_response_message(status))
        if not is_refused:
            # The only message of this client that holds the effective configuration.
            agent.send(client.build_full_state_message())


options = dict(argument.split("=", 1) for argument in sys.argv[1:])
client = OpAMPClient(
    endpoint=options["url"],
    agent_identifying_attributes={
        "service.name": options["service"],
        "service.instance.id": options["instance"],
        "service.version": "1.0.0",
    },
    agent_non_identifying_attributes={"os.type": "linux"},
)
# It has no option for this.
client._instance_uid = bytes.fromhex(options["uid"])
client.update_effective_config({"": {"start": True}}, content_type="application/json")
agent = OpAMPAgent(interval=int(options["heartbeatMs"]) / 1000, callbacks=Callbacks(), client=client)
agent.start()

for line in sys.stdin:
    if line.strip() == "stop":
        agent.stop(timeout=5)
        say("stopped")
        break
