package main

import (
	"bytes"
	"context"
	"sync"

	"github.com/open-telemetry/opamp-go/protobufs"
	"github.com/open-telemetry/opamp-go/server/types"
)

const serverCapabilities = uint64(protobufs.ServerCapabilities_ServerCapabilities_AcceptsStatus |
	protobufs.ServerCapabilities_ServerCapabilities_OffersRemoteConfig |
	protobufs.ServerCapabilities_ServerCapabilities_AcceptsEffectiveConfig)

type agent struct {
	mu       sync.Mutex
	uid      []byte
	sequence uint64
	state    protobufs.AgentToServer
	offered  []byte
}

type fleet struct {
	mu      sync.Mutex
	byUid   map[[16]byte]*agent
	byConn  map[types.Connection]*agent
	desired *protobufs.AgentRemoteConfig
}

func newFleet() *fleet {
	return &fleet{byUid: map[[16]byte]*agent{}, byConn: map[types.Connection]*agent{}}
}

func (f *fleet) agentOf(conn types.Connection, uid []byte) (*agent, *protobufs.AgentRemoteConfig, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.byConn[conn]; ok {
		return known, f.desired, false
	}
	key := [16]byte(uid)
	known, ok := f.byUid[key]
	if !ok {
		known = &agent{}
		f.byUid[key] = known
	}
	f.byConn[conn] = known
	return known, f.desired, true
}

// received keeps the parts that are present and answers every message.
func (f *fleet) received(conn types.Connection, message *protobufs.AgentToServer) *protobufs.ServerToAgent {
	reply := &protobufs.ServerToAgent{InstanceUid: message.InstanceUid, Capabilities: serverCapabilities}
	if len(message.InstanceUid) != 16 {
		reply.ErrorResponse = &protobufs.ServerErrorResponse{
			Type: protobufs.ServerErrorResponseType_ServerErrorResponseType_BadRequest,
		}
		return reply
	}
	known, desired, isNewLink := f.agentOf(conn, message.InstanceUid)
	known.mu.Lock()
	defer known.mu.Unlock()
	known.uid = message.InstanceUid
	hasGap := message.SequenceNum != known.sequence+1
	known.sequence = message.SequenceNum
	merge(&known.state, message)
	if (known.state.AgentDescription == nil || hasGap) && message.AgentDescription == nil {
		reply.Flags = uint64(protobufs.ServerToAgentFlags_ServerToAgentFlags_ReportFullState)
	}
	if desired != nil && !bytes.Equal(known.state.GetRemoteConfigStatus().GetLastRemoteConfigHash(), desired.ConfigHash) &&
		(isNewLink || !bytes.Equal(known.offered, desired.ConfigHash)) {
		reply.RemoteConfig = desired
		known.offered = desired.ConfigHash
	}
	return reply
}

func merge(state, message *protobufs.AgentToServer) {
	state.Capabilities = message.Capabilities
	if message.AgentDescription != nil {
		state.AgentDescription = message.AgentDescription
	}
	if message.Health != nil {
		state.Health = message.Health
	}
	if message.EffectiveConfig != nil {
		state.EffectiveConfig = message.EffectiveConfig
	}
	if message.RemoteConfigStatus != nil {
		state.RemoteConfigStatus = message.RemoteConfigStatus
	}
}

func (f *fleet) closed(conn types.Connection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.byConn, conn)
}

// push offers `config` to every agent that has a link.
func (f *fleet) push(config *protobufs.AgentRemoteConfig) {
	f.mu.Lock()
	f.desired = config
	connected := make(map[types.Connection]*agent, len(f.byConn))
	for conn, known := range f.byConn {
		connected[conn] = known
	}
	f.mu.Unlock()
	for conn, known := range connected {
		known.mu.Lock()
		known.offered = config.ConfigHash
		offer := &protobufs.ServerToAgent{InstanceUid: known.uid, RemoteConfig: config}
		known.mu.Unlock()
		_ = conn.Send(context.Background(), offer)
	}
}
