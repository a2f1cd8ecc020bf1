package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"syscall"
	"time"

	"github.com/open-telemetry/opamp-go/protobufs"
)

// maxHandshakes in flight, so that a listen queue of the usual length is never full.
const maxHandshakes = 256

const probeEvery = 10 * time.Millisecond

// command is one line on standard input; its result is one line on standard output.
type command struct {
	// connect, rounds, loop, push, reconnect, quit
	Do string `json:"do"`
	// rounds, loop: heartbeat or status
	Message string `json:"message"`
	// rounds: how many messages each agent sends, the next when all are answered
	Rounds int `json:"rounds"`
	// loop: for how long each agent sends the next message when the last is answered
	Seconds float64 `json:"seconds"`
	// Gives up after this.
	TimeoutSeconds float64 `json:"timeoutSeconds"`
}

type generator struct {
	address syscall.SockaddrInet4
	host    string
	isHTTP  bool
	request []byte
	epoll   int
	byFd    []*agent
	agents  []*agent
	buffer  []byte
	frame   []byte

	open, handshakes, drops int
	refused                 string

	current  *command
	started  time.Time
	phase    phase
	counters counters
}

type counters struct {
	sent, received, errors, asked, answered, settled, offered, acked int
	firstOpen, lastAnswered, lastSettled, lastOffered, lastAcked     time.Time
	round                                                            int
}

func (g *generator) send(a *agent, rest []byte) {
	a.sequence++
	a.outstanding++
	g.counters.sent++
	if g.isHTTP {
		g.post(a, a.sequence, rest)
		return
	}
	g.frame = appendMessage(g.frame[:0], &a.uid, a.sequence, rest)
	g.write(a, g.frame)
}

// onOpen: an agent that connects for the first time says everything; one that returns says only that it is there.
func (g *generator) onOpen(a *agent) {
	if g.counters.firstOpen.IsZero() {
		g.counters.firstOpen = time.Now()
	}
	if a.sequence == 0 {
		g.send(a, a.full)
	} else {
		g.send(a, heartbeat)
	}
}

func (g *generator) onMessage(a *agent, payload []byte) {
	message, ok := readReply(payload)
	g.counters.received++
	if !ok || message.isError {
		g.counters.errors++
		return
	}
	if a.outstanding > 0 {
		a.outstanding--
	}
	if !a.isAnswered {
		a.isAnswered = true
		g.counters.answered++
		g.counters.lastAnswered = time.Now()
	}
	if message.wantsFullState {
		if !a.wasAsked {
			a.wasAsked = true
			g.counters.asked++
		}
		a.isSettled = false
		g.send(a, a.full)
	} else if a.wasAsked && !a.isSettled && a.outstanding == 0 {
		a.isSettled = true
		g.counters.settled++
		g.counters.lastSettled = time.Now()
	}
	if message.configHash != nil {
		g.onOffer(a, message.configHash)
	}
	if a.push == offered && a.outstanding == 0 {
		a.push = acked
		g.counters.acked++
		g.counters.lastAcked = time.Now()
	}
	g.phase.onReply(g, a)
}

func (g *generator) onOffer(a *agent, hash []byte) {
	g.counters.offered++
	g.counters.lastOffered = time.Now()
	a.push = offered
	a.full = fullReport(a.number, 0, hash)
	reports := g.reportsFor(hash)
	g.send(a, reports[0])
	g.send(a, reports[1])
}

var reportCache = map[string][2][]byte{}

// reportsFor are APPLYING and APPLIED, encoded once for each hash.
func (g *generator) reportsFor(hash []byte) [2][]byte {
	key := hex.EncodeToString(hash)
	if _, ok := reportCache[key]; !ok {
		own := append([]byte(nil), hash...)
		reportCache[key] = [2][]byte{
			statusReport(own, protobufs.RemoteConfigStatuses_RemoteConfigStatuses_APPLYING),
			statusReport(own, protobufs.RemoteConfigStatuses_RemoteConfigStatuses_APPLIED),
		}
	}
	return reportCache[key]
}

// run is the event loop; it returns when it is told to quit or when its input ends.
func (g *generator) run(commands <-chan command) {
	events := make([]syscall.EpollEvent, 1024)
	for {
		n, err := syscall.EpollWait(g.epoll, events, 2)
		if err != nil && err != syscall.EINTR {
			panic(err)
		}
		for _, event := range events[:max(n, 0)] {
			if a := g.byFd[event.Fd]; a != nil {
				g.onEvent(a, event.Events)
			}
		}
		if g.current == nil {
			select {
			case next, ok := <-commands:
				if !ok || next.Do == "quit" {
					return
				}
				g.begin(next)
			default:
			}
			continue
		}
		isDone := g.phase.tick(g)
		isLate := time.Since(g.started).Seconds() > g.current.TimeoutSeconds
		if isDone || isLate {
			g.report(isLate && !isDone)
		}
	}
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (g *generator) report(isLate bool) {
	c := g.counters
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"do": g.current.Do, "timedOut": isLate, "seconds": time.Since(g.started).Seconds(),
		"open": g.open, "drops": g.drops, "refused": g.refused,
		"sent": c.sent, "received": c.received, "errors": c.errors, "asked": c.asked,
		"answered": c.answered, "settled": c.settled, "offered": c.offered, "acked": c.acked,
		"firstOpenMs": milliseconds(c.firstOpen), "lastAnsweredMs": milliseconds(c.lastAnswered),
		"lastSettledMs": milliseconds(c.lastSettled), "lastOfferedMs": milliseconds(c.lastOffered),
		"lastAckedMs": milliseconds(c.lastAcked),
	})
	g.current = nil
	g.phase = idle{}
}
