package main

import "time"

// phase is what the generator does between a command and its result.
type phase interface {
	onReply(g *generator, a *agent)
	// tick is called once for each turn of the event loop; true ends the phase.
	tick(g *generator) bool
}

type idle struct{}

func (idle) onReply(*generator, *agent) {}
func (idle) tick(*generator) bool       { return true }

func (g *generator) begin(next command) {
	g.current = &next
	g.started = time.Now()
	g.counters = counters{}
	g.drops, g.refused = 0, ""
	if next.TimeoutSeconds <= 0 {
		g.current.TimeoutSeconds = 120
	}
	switch next.Do {
	case "connect":
		g.phase = &connectAll{}
	case "rounds":
		g.phase = &rounds{left: next.Rounds, isStatus: next.Message == "status"}
	case "loop":
		g.phase = startLoop(g, next)
	case "push":
		for _, a := range g.agents {
			a.push = noPush
		}
		g.phase = push{}
	case "reconnect":
		g.phase = &reconnectAll{}
	default:
		g.phase = idle{}
	}
}

// connectAll opens every link; it ends when each agent is answered.
type connectAll struct{ next int }

func (*connectAll) onReply(*generator, *agent) {}

func (p *connectAll) tick(g *generator) bool {
	for g.handshakes < maxHandshakes && p.next < len(g.agents) {
		a := g.agents[p.next]
		p.next++
		if a.state == closed && g.dial(a) != nil {
			g.counters.errors++
		}
	}
	return p.next == len(g.agents) && g.counters.answered+g.drops+g.counters.errors >= len(g.agents)
}

// rounds lets every agent send one message, then waits for all answers, and so on.
type rounds struct {
	left     int
	isStatus bool
}

func (*rounds) onReply(*generator, *agent) {}

func (p *rounds) tick(g *generator) bool {
	if g.counters.received < g.counters.sent {
		return false
	}
	if p.left == 0 {
		return true
	}
	p.left--
	g.counters.round++
	for _, a := range g.agents {
		if a.state != open {
			continue
		}
		if p.isStatus {
			g.send(a, fullReport(a.number, g.counters.round, nil))
		} else {
			g.send(a, heartbeat)
		}
	}
	return false
}

// loop: every agent sends its next heartbeat when the last is answered.
type loop struct{ until time.Time }

func startLoop(g *generator, next command) phase {
	p := &loop{until: g.started.Add(time.Duration(next.Seconds * float64(time.Second)))}
	for _, a := range g.agents {
		if a.state == open {
			g.send(a, heartbeat)
		}
	}
	return p
}

func (p *loop) onReply(g *generator, a *agent) {
	if time.Now().Before(p.until) {
		g.send(a, heartbeat)
	}
}

func (p *loop) tick(g *generator) bool { return g.counters.received >= g.counters.sent }

// push waits until every agent has an offer and its APPLYING and APPLIED are answered.
type push struct{}

func (push) onReply(*generator, *agent) {}
func (push) tick(g *generator) bool     { return g.counters.acked >= g.open && g.open > 0 }

// reconnectAll waits for all links to break, probes with one link until it is taken, then brings back all the others;
// it ends when each is answered and each that was asked for full state has given it.
type reconnectAll struct {
	isBroken, isBack bool
	next             int
	probed           time.Time
}

func (*reconnectAll) onReply(*generator, *agent) {}

func (p *reconnectAll) tick(g *generator) bool {
	if !p.isBroken {
		p.isBroken = g.open == 0 && g.handshakes == 0
		return false
	}
	if !p.isBack {
		p.isBack = g.agents[0].state == open
		if g.agents[0].state == closed && time.Since(p.probed) >= probeEvery {
			p.probed = time.Now()
			_ = g.dial(g.agents[0])
		}
		return false
	}
	for count := 0; g.handshakes < maxHandshakes && count < len(g.agents); count++ {
		a := g.agents[p.next%len(g.agents)]
		p.next++
		if a.state == closed {
			_ = g.dial(a)
		}
	}
	return g.counters.answered >= len(g.agents) && g.counters.settled >= g.counters.asked && p.isQuiet(g)
}

// isQuiet: a server may spread its requests for full state; half a second without one means that no more come.
func (p *reconnectAll) isQuiet(g *generator) bool {
	last := g.counters.lastAnswered
	if g.counters.lastSettled.After(last) {
		last = g.counters.lastSettled
	}
	return time.Since(last) > 500*time.Millisecond
}
