// Command server is a server on opamp-go's server library that keeps nothing. It writes each message of an agent to
// standard output, one JSON object a line, and puts what its standard input says into its answers:
//
//	offer NAME CONTENT_TYPE TEXT   a configuration, until the agent reports its hash
//	full-state | restart           once, pushed where the transport can
//	new-uid HEX                    once
//	unavailable                    once, to be tried again after a second
//	close                          closes every WebSocket
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/open-telemetry/opamp-go/protobufs"
	"github.com/open-telemetry/opamp-go/server"
	"github.com/open-telemetry/opamp-go/server/types"
	"google.golang.org/protobuf/encoding/protojson"
)

const capabilities = uint64(protobufs.ServerCapabilities_ServerCapabilities_AcceptsStatus |
	protobufs.ServerCapabilities_ServerCapabilities_OffersRemoteConfig |
	protobufs.ServerCapabilities_ServerCapabilities_AcceptsEffectiveConfig)

type silentLogger struct{}

func (silentLogger) Debugf(context.Context, string, ...any) {}
func (silentLogger) Errorf(context.Context, string, ...any) {}

var mu sync.Mutex

func say(facts map[string]any) {
	_ = json.NewEncoder(os.Stdout).Encode(facts)
}

type fleet struct {
	uid      []byte
	reported []byte
	offer    *protobufs.AgentRemoteConfig
	once     []func(*protobufs.ServerToAgent)
	sockets  map[types.Connection]bool
}

func (f *fleet) answer() *protobufs.ServerToAgent {
	reply := &protobufs.ServerToAgent{InstanceUid: f.uid, Capabilities: capabilities}
	if f.offer != nil && !bytes.Equal(f.offer.ConfigHash, f.reported) {
		reply.RemoteConfig = f.offer
	}
	if len(f.once) > 0 {
		f.once[0](reply)
		f.once = f.once[1:]
	}
	return reply
}

func (f *fleet) received(_ context.Context, _ types.Connection, message *protobufs.AgentToServer) *protobufs.ServerToAgent {
	mu.Lock()
	defer mu.Unlock()
	f.uid = message.InstanceUid
	if status := message.RemoteConfigStatus; status != nil {
		f.reported = status.LastRemoteConfigHash
	}
	encoded, _ := protojson.Marshal(message)
	say(map[string]any{
		"event": "message", "uid": hex.EncodeToString(message.InstanceUid), "sequence": message.SequenceNum,
		"message": json.RawMessage(encoded),
	})
	return f.answer()
}

func (f *fleet) obey(command string) {
	mu.Lock()
	defer mu.Unlock()
	words := strings.SplitN(command, " ", 4)
	switch words[0] {
	case "offer":
		file := &protobufs.AgentConfigFile{Body: []byte(words[3]), ContentType: words[2]}
		hash := sha256.Sum256(file.Body)
		f.offer = &protobufs.AgentRemoteConfig{
			Config:     &protobufs.AgentConfigMap{ConfigMap: map[string]*protobufs.AgentConfigFile{words[1]: file}},
			ConfigHash: hash[:],
		}
	case "full-state":
		f.once = append(f.once, func(reply *protobufs.ServerToAgent) {
			reply.Flags = uint64(protobufs.ServerToAgentFlags_ServerToAgentFlags_ReportFullState)
		})
	case "new-uid":
		uid, _ := hex.DecodeString(words[1])
		f.once = append(f.once, func(reply *protobufs.ServerToAgent) {
			reply.AgentIdentification = &protobufs.AgentIdentification{NewInstanceUid: uid}
		})
	case "restart":
		f.once = append(f.once, func(reply *protobufs.ServerToAgent) {
			reply.Command = &protobufs.ServerToAgentCommand{Type: protobufs.CommandType_CommandType_Restart}
		})
	case "unavailable":
		f.once = append(f.once, func(reply *protobufs.ServerToAgent) {
			reply.ErrorResponse = &protobufs.ServerErrorResponse{
				Type:    protobufs.ServerErrorResponseType_ServerErrorResponseType_Unavailable,
				Details: &protobufs.ServerErrorResponse_RetryInfo{RetryInfo: &protobufs.RetryInfo{RetryAfterNanoseconds: 1e9}},
			}
		})
	case "close":
		for socket := range f.sockets {
			_ = socket.Disconnect()
		}
		return
	}
	for socket := range f.sockets {
		_ = socket.Send(context.Background(), f.answer())
	}
}

// connecting accepts everybody. A connection that can be sent to is a WebSocket.
func (f *fleet) connecting(request *http.Request) types.ConnectionResponse {
	isSocket := request.Header.Get("Upgrade") != ""
	return types.ConnectionResponse{Accept: true, ConnectionCallbacks: types.ConnectionCallbacks{
		OnMessage: f.received,
		OnConnected: func(_ context.Context, conn types.Connection) {
			mu.Lock()
			defer mu.Unlock()
			if isSocket {
				f.sockets[conn] = true
				say(map[string]any{"event": "opened"})
			}
		},
		OnConnectionClose: func(conn types.Connection) {
			mu.Lock()
			defer mu.Unlock()
			if isSocket {
				delete(f.sockets, conn)
				say(map[string]any{"event": "closed"})
			}
		},
	}}
}

func main() {
	f := &fleet{sockets: map[types.Connection]bool{}}
	opamp := server.New(silentLogger{})
	settings := server.StartSettings{ListenEndpoint: "127.0.0.1:0"}
	settings.Callbacks.OnConnecting = f.connecting
	if err := opamp.Start(settings); err != nil {
		say(map[string]any{"event": "failed", "error": err.Error()})
		os.Exit(1)
	}
	say(map[string]any{"event": "ready", "address": opamp.Addr().String()})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		f.obey(lines.Text())
	}
}
