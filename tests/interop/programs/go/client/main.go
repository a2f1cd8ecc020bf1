// Command client is an agent on opamp-go's client library that does what its standard input says and writes what
// happens to it to standard output, one JSON object a line.
//
//	client url=ws://… uid=<32 hex digits> service=NAME instance=ID heartbeatMs=30000 [askUid=true]
//
// A configuration whose text has the word REFUSE is reported as FAILED, any other as APPLIED.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-telemetry/opamp-go/client"
	"github.com/open-telemetry/opamp-go/client/types"
	"github.com/open-telemetry/opamp-go/protobufs"
)

const customCapability = "dev.drover.interop"

type silentLogger struct{}

func (silentLogger) Debugf(context.Context, string, ...any) {}
func (silentLogger) Errorf(context.Context, string, ...any) {}

var output sync.Mutex

func say(event string, facts map[string]any) {
	line := map[string]any{"event": event}
	for key, value := range facts {
		line[key] = value
	}
	output.Lock()
	defer output.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(line)
}

func must(err error) {
	if err != nil {
		say("failed", map[string]any{"error": err.Error()})
		os.Exit(1)
	}
}

func text(key, value string) *protobufs.KeyValue {
	return &protobufs.KeyValue{
		Key:   key,
		Value: &protobufs.AnyValue{Value: &protobufs.AnyValue_StringValue{StringValue: value}},
	}
}

type agent struct {
	opamp     client.OpAMPClient
	service   string
	instance  string
	startedAt uint64

	mu        sync.Mutex
	effective map[string]*protobufs.AgentConfigFile
}

func (a *agent) describe(version string) {
	must(a.opamp.SetAgentDescription(&protobufs.AgentDescription{
		IdentifyingAttributes: []*protobufs.KeyValue{
			text("service.name", a.service), text("service.instance.id", a.instance), text("service.version", version),
		},
		NonIdentifyingAttributes: []*protobufs.KeyValue{text("os.type", "linux")},
	}))
}

func (a *agent) setHealth(healthy bool, lastError string) {
	must(a.opamp.SetHealth(&protobufs.ComponentHealth{
		Healthy: healthy, LastError: lastError, Status: "running", StartTimeUnixNano: a.startedAt,
		StatusTimeUnixNano: uint64(time.Now().UnixNano()),
	}))
}

func (a *agent) effectiveConfig(context.Context) (*protobufs.EffectiveConfig, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &protobufs.EffectiveConfig{ConfigMap: &protobufs.AgentConfigMap{ConfigMap: a.effective}}, nil
}

func (a *agent) received(ctx context.Context, message *types.MessageData) {
	if id := message.AgentIdentification; id != nil {
		say("new-uid", map[string]any{"uid": hex.EncodeToString(id.NewInstanceUid)})
	}
	if custom := message.CustomMessage; custom != nil {
		say("custom", map[string]any{"type": custom.Type})
	}
	config := message.RemoteConfig
	if config == nil {
		return
	}
	files := map[string]any{}
	status := &protobufs.RemoteConfigStatus{
		LastRemoteConfigHash: config.ConfigHash,
		Status:               protobufs.RemoteConfigStatuses_RemoteConfigStatuses_APPLIED,
	}
	for name, file := range config.GetConfig().GetConfigMap() {
		files[name] = map[string]any{"body": string(file.Body), "contentType": file.ContentType}
		if strings.Contains(string(file.Body), "REFUSE") {
			status.Status = protobufs.RemoteConfigStatuses_RemoteConfigStatuses_FAILED
			status.ErrorMessage = "refused by the test agent"
		}
	}
	say("config", map[string]any{"hash": hex.EncodeToString(config.ConfigHash), "files": files})
	must(a.opamp.SetRemoteConfigStatus(status))
	if status.Status == protobufs.RemoteConfigStatuses_RemoteConfigStatuses_APPLIED {
		a.mu.Lock()
		a.effective = config.GetConfig().GetConfigMap()
		a.mu.Unlock()
		must(a.opamp.UpdateEffectiveConfig(ctx))
	}
}

func (a *agent) obey(command string) (goOn bool) {
	word, rest, _ := strings.Cut(command, " ")
	switch word {
	case "unhealthy":
		a.setHealth(false, rest)
	case "healthy":
		a.setHealth(true, "")
	case "version":
		a.describe(rest)
	case "custom":
		_, err := a.opamp.SendCustomMessage(&protobufs.CustomMessage{Capability: customCapability, Type: rest})
		must(err)
	case "stop":
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		must(a.opamp.Stop(ctx))
		say("stopped", nil)
		return false
	}
	return true
}

func main() {
	options := map[string]string{}
	for _, argument := range os.Args[1:] {
		key, value, _ := strings.Cut(argument, "=")
		options[key] = value
	}
	a := &agent{
		service: options["service"], instance: options["instance"], startedAt: uint64(time.Now().UnixNano()),
		effective: map[string]*protobufs.AgentConfigFile{"": {Body: []byte("start: true\n"), ContentType: "text/yaml"}},
	}
	if strings.HasPrefix(options["url"], "ws") {
		a.opamp = client.NewWebSocket(silentLogger{})
	} else {
		a.opamp = client.NewHTTP(silentLogger{})
	}
	a.describe("1.0.0")
	a.setHealth(true, "")
	must(a.opamp.SetCustomCapabilities(&protobufs.CustomCapabilities{Capabilities: []string{customCapability}}))
	must(a.opamp.SetAvailableComponents(&protobufs.AvailableComponents{
		Hash: []byte{1, 2, 3}, Components: map[string]*protobufs.ComponentDetails{"receivers": {}},
	}))
	capabilities := protobufs.AgentCapabilities_AgentCapabilities_AcceptsRemoteConfig |
		protobufs.AgentCapabilities_AgentCapabilities_ReportsEffectiveConfig |
		protobufs.AgentCapabilities_AgentCapabilities_ReportsRemoteConfig |
		protobufs.AgentCapabilities_AgentCapabilities_ReportsHealth |
		protobufs.AgentCapabilities_AgentCapabilities_ReportsHeartbeat |
		protobufs.AgentCapabilities_AgentCapabilities_AcceptsRestartCommand |
		protobufs.AgentCapabilities_AgentCapabilities_ReportsAvailableComponents
	must(a.opamp.SetCapabilities(&capabilities))
	if options["askUid"] == "true" {
		a.opamp.SetFlags(protobufs.AgentToServerFlags_AgentToServerFlags_RequestInstanceUid)
	}
	uid, err := hex.DecodeString(options["uid"])
	must(err)
	heartbeatMs, err := strconv.Atoi(options["heartbeatMs"])
	must(err)
	heartbeat := time.Duration(heartbeatMs) * time.Millisecond
	must(a.opamp.Start(context.Background(), types.StartSettings{
		OpAMPServerURL:    options["url"],
		InstanceUid:       types.InstanceUid(uid),
		HeartbeatInterval: &heartbeat,
		Callbacks: types.Callbacks{
			OnConnect:       func(context.Context) { say("connected", nil) },
			OnConnectFailed: func(_ context.Context, err error) { say("connect-failed", map[string]any{"error": err.Error()}) },
			OnError: func(_ context.Context, err *protobufs.ServerErrorResponse) {
				say("error", map[string]any{"error": err.ErrorMessage})
			},
			OnMessage:          a.received,
			GetEffectiveConfig: a.effectiveConfig,
			OnCommand: func(context.Context, *protobufs.ServerToAgentCommand) error {
				say("restart", nil)
				return nil
			},
		},
	}))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if !a.obey(lines.Text()) {
			return
		}
	}
}
