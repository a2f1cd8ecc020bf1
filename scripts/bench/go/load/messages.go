package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/open-telemetry/opamp-go/protobufs"
	"google.golang.org/protobuf/proto"
)

const capabilities = uint64(protobufs.AgentCapabilities_AgentCapabilities_ReportsStatus |
	protobufs.AgentCapabilities_AgentCapabilities_AcceptsRemoteConfig |
	protobufs.AgentCapabilities_AgentCapabilities_ReportsEffectiveConfig |
	protobufs.AgentCapabilities_AgentCapabilities_AcceptsRestartCommand |
	protobufs.AgentCapabilities_AgentCapabilities_ReportsHealth |
	protobufs.AgentCapabilities_AgentCapabilities_ReportsRemoteConfig |
	protobufs.AgentCapabilities_AgentCapabilities_ReportsHeartbeat)

const components = 6

// instanceUid is a UUID version 7 in form and the same for the same number in every run.
func instanceUid(number int) [16]byte {
	random := rand.New(rand.NewPCG(4320, uint64(number)))
	var uid [16]byte
	binary.BigEndian.PutUint64(uid[:8], (0x0192f0c10000+uint64(number))<<16|0x7000|random.Uint64()&0x0fff)
	binary.BigEndian.PutUint64(uid[8:], random.Uint64()&0x3fffffffffffffff|0x8000000000000000)
	return uid
}

func text(key, value string) *protobufs.KeyValue {
	return &protobufs.KeyValue{Key: key, Value: &protobufs.AnyValue{
		Value: &protobufs.AnyValue_StringValue{StringValue: value},
	}}
}

func description(number int) *protobufs.AgentDescription {
	host := fmt.Sprintf("bench-%05d.eu-west-1.compute.internal", number)
	return &protobufs.AgentDescription{
		IdentifyingAttributes: []*protobufs.KeyValue{
			text("service.name", "otelcol-contrib"),
			text("service.version", fmt.Sprintf("0.%d.0", 140+number%10)),
			text("service.instance.id", fmt.Sprintf("bench-instance-%05d", number)),
		},
		NonIdentifyingAttributes: []*protobufs.KeyValue{
			text("os.type", "linux"),
			text("os.description", "Debian GNU/Linux 12 (bookworm)"),
			text("host.name", host),
			text("host.arch", "amd64"),
			text("host.id", fmt.Sprintf("i-%017x", number)),
			text("cloud.provider", "aws"),
			text("cloud.region", "eu-west-1"),
			text("deployment.environment.name", []string{"prod", "staging", "dev"}[number%3]),
			text("k8s.cluster.name", fmt.Sprintf("cluster-%d", number%20)),
		},
	}
}

// health of the agent and six components; `round` changes every one of them.
func health(round int) *protobufs.ComponentHealth {
	parts := map[string]*protobufs.ComponentHealth{}
	for i := range components {
		parts[fmt.Sprintf("pipeline:metrics/%d", i)] = &protobufs.ComponentHealth{
			Healthy: true, Status: "StatusOK", StartTimeUnixNano: 1_763_000_000_000_000_000,
			StatusTimeUnixNano: 1_763_000_000_000_000_000 + uint64(round),
		}
	}
	return &protobufs.ComponentHealth{
		Healthy: true, Status: "StatusOK", StartTimeUnixNano: 1_763_000_000_000_000_000,
		StatusTimeUnixNano: 1_763_000_000_000_000_000 + uint64(round), ComponentHealthMap: parts,
	}
}

var contents int

func effectiveConfig(number, round int) *protobufs.EffectiveConfig {
	if contents > 0 {
		number %= contents
	}
	return &protobufs.EffectiveConfig{ConfigMap: &protobufs.AgentConfigMap{
		ConfigMap: map[string]*protobufs.AgentConfigFile{
			"": {Body: []byte(collectorConfig(number, round)), ContentType: "text/yaml"},
		},
	}}
}

// fullReport is everything after uid and sequence number of a message of 4 KB.
func fullReport(number, round int, configHash []byte) []byte {
	message := &protobufs.AgentToServer{
		AgentDescription: description(number),
		Capabilities:     capabilities,
		Health:           health(round),
		EffectiveConfig:  effectiveConfig(number, round),
	}
	if configHash != nil {
		message.RemoteConfigStatus = configStatus(configHash, protobufs.RemoteConfigStatuses_RemoteConfigStatuses_APPLIED)
	}
	return encode(message)
}

func configStatus(hash []byte, status protobufs.RemoteConfigStatuses) *protobufs.RemoteConfigStatus {
	return &protobufs.RemoteConfigStatus{LastRemoteConfigHash: hash, Status: status}
}

func statusReport(hash []byte, status protobufs.RemoteConfigStatuses) []byte {
	return encode(&protobufs.AgentToServer{Capabilities: capabilities, RemoteConfigStatus: configStatus(hash, status)})
}

var heartbeat = encode(&protobufs.AgentToServer{Capabilities: capabilities})

func encode(message proto.Message) []byte {
	encoded, err := proto.Marshal(message)
	if err != nil {
		panic(err)
	}
	return encoded
}
