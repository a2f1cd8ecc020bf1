package main

import (
	"bytes"
	"fmt"
	"syscall"
)

type linkState int

const (
	closed linkState = iota
	connecting
	upgrading
	open
)

// agent is one virtual agent and its link.
type agent struct {
	number   int
	uid      [16]byte
	sequence uint64
	full     []byte

	fd          int
	state       linkState
	in, out     []byte
	partial     []byte
	outstanding int
	// Since the link came up: first reply taken, asked for full state, and answered after that.
	isAnswered, wasAsked, isSettled bool
	push                            pushState

	isPosting bool
	waiting   []waitingPost
}

type pushState int

const (
	noPush pushState = iota
	offered
	acked
)

const handshakeRequest = "GET /v1/opamp HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

const edgeTriggered = uint32(syscall.EPOLLIN|syscall.EPOLLOUT|syscall.EPOLLRDHUP) | 1<<31

// dial starts a connect that the event loop finishes.
func (g *generator) dial(a *agent) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	if err := syscall.Connect(fd, &g.address); err != nil && err != syscall.EINPROGRESS {
		_ = syscall.Close(fd)
		return fmt.Errorf("connect: %w", err)
	}
	if err := syscall.EpollCtl(g.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: edgeTriggered, Fd: int32(fd)}); err != nil {
		_ = syscall.Close(fd)
		return fmt.Errorf("epoll: %w", err)
	}
	for len(g.byFd) <= fd {
		g.byFd = append(g.byFd, nil)
	}
	g.byFd[fd] = a
	a.fd, a.state = fd, connecting
	a.in, a.out, a.partial, a.outstanding = a.in[:0], a.out[:0], nil, 0
	a.isAnswered, a.wasAsked, a.isSettled = false, false, false
	a.isPosting, a.waiting = false, nil
	g.handshakes++
	return nil
}

func (g *generator) drop(a *agent) {
	if a.state == closed {
		return
	}
	if a.state != open {
		g.handshakes--
	} else {
		g.open--
	}
	_ = syscall.Close(a.fd)
	g.byFd[a.fd] = nil
	a.state = closed
	g.drops++
}

func (g *generator) opened(a *agent) {
	a.state = open
	g.handshakes--
	g.open++
	g.onOpen(a)
}

// onEvent is called by the event loop.
func (g *generator) onEvent(a *agent, events uint32) {
	if a.state == connecting && events&(syscall.EPOLLOUT|syscall.EPOLLERR|syscall.EPOLLHUP) != 0 {
		if code, err := syscall.GetsockoptInt(a.fd, syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil || code != 0 {
			g.drop(a)
			return
		}
		if g.isHTTP {
			g.opened(a)
		} else {
			a.state = upgrading
			g.write(a, g.request)
		}
	} else if events&syscall.EPOLLOUT != 0 && len(a.out) > 0 {
		pending := a.out
		a.out = nil
		g.write(a, pending)
	}
	if events&(syscall.EPOLLIN|syscall.EPOLLRDHUP|syscall.EPOLLERR|syscall.EPOLLHUP) != 0 {
		g.read(a)
	}
}

func (g *generator) write(a *agent, data []byte) {
	if len(a.out) > 0 {
		a.out = append(a.out, data...)
		return
	}
	n, err := syscall.Write(a.fd, data)
	if err == syscall.EAGAIN {
		n = 0
	} else if err != nil {
		g.drop(a)
		return
	}
	if n < len(data) {
		a.out = append(a.out, data[n:]...)
	}
}

func (g *generator) read(a *agent) {
	for a.state != closed {
		n, err := syscall.Read(a.fd, g.buffer)
		if err == syscall.EAGAIN {
			return
		}
		if err != nil || n <= 0 {
			g.drop(a)
			return
		}
		data := g.buffer[:n]
		if len(a.in) > 0 {
			a.in = append(a.in, data...)
			data = a.in
		}
		rest := g.consume(a, data)
		a.in = append(a.in[:0], rest...)
		if n < len(g.buffer) {
			return
		}
	}
}

// consume handles all that is complete and returns the rest.
func (g *generator) consume(a *agent, data []byte) []byte {
	if a.state == upgrading {
		end := bytes.Index(data, []byte("\r\n\r\n"))
		if end < 0 {
			return data
		}
		if !bytes.HasPrefix(data, []byte("HTTP/1.1 101")) {
			g.refused = string(data[:bytes.IndexByte(data, '\r')])
			g.drop(a)
			return nil
		}
		data = data[end+4:]
		g.opened(a)
	}
	if g.isHTTP {
		return g.consumeAnswers(a, data)
	}
	for a.state == open {
		opcode, isLast, payload, size := nextFrame(data)
		if size == 0 {
			return data
		}
		switch opcode {
		case opPing:
			g.write(a, append(appendHeader(nil, opPong, len(payload)), payload...))
		case opClose:
			g.drop(a)
			return nil
		case opBinary, opMore:
			if !isLast || len(a.partial) > 0 {
				a.partial = append(a.partial, payload...)
				payload = a.partial
			}
			if !isLast {
				break
			}
			a.partial = a.partial[:0]
			if len(payload) == 0 || payload[0] != 0 {
				g.counters.errors++
			} else {
				g.onMessage(a, payload[1:])
			}
		}
		data = data[size:]
	}
	return nil
}
