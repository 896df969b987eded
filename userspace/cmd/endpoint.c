// SPDX-License-Identifier: GPL-2.0
/* A small HTTP server: two pages to read, few clients, none of which can hold up anything. */
#include "cmd/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/text.h"
#include "source/order.h"

/* What a request's head may take, and an answer's. */
#define CLIENT_BYTES 8192

struct client {
	int fd; /* -1: none */
	uint64_t since_ns;
};

struct endpoint {
	endpoint_page_fn page;
	char address[ENDPOINT_ADDRESS_SIZE];
	struct MHD_Daemon *daemon;
	struct client clients[ENDPOINT_CLIENTS];
};

static const char front_page[] = "<!DOCTYPE html>\n<title>clonescope</title>\n"
				 "<p>clonescope: <a href=\"/metrics\">metrics</a></p>\n";

/* The answer, which is the daemon's from here on; one without memory closes the connection. */
static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct MHD_Response *response, const char *type)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	/* So that a connection is one request, and its time is bounded. */
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned int status,
				   const char *text, const char *type)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);

	return answer(connection, status, response, type);
}

static enum MHD_Result answer_metrics(struct endpoint *endpoint, struct MHD_Connection *connection)
{
	const char *accept =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	enum exposition exposition = exposition_negotiate(accept);
	struct MHD_Response *response;
	char *text = NULL;
	size_t length = endpoint->page(&text, exposition);

	if (!text)
		return MHD_NO;
	response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(text);
	else
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
	return answer(connection, MHD_HTTP_OK, response, exposition_type(exposition));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	(void)version;
	(void)data;
	(void)size;
	(void)state;
	if (strcmp(url, "/metrics") && strcmp(url, "/"))
		return answer_text(connection, MHD_HTTP_NOT_FOUND, "There is only /metrics.\n",
				   "text/plain");
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "There is only GET and HEAD.\n", "text/plain");
	if (!strcmp(url, "/"))
		return answer_text(connection, MHD_HTTP_OK, front_page, "text/html");
	return answer_metrics(context, connection);
}

static struct client *find_client(struct endpoint *endpoint, int fd)
{
	for (int i = 0; i < ENDPOINT_CLIENTS; i++)
		if (endpoint->clients[i].fd == fd)
			return &endpoint->clients[i];
	return NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct client *client = *state;

	if (code == MHD_CONNECTION_NOTIFY_STARTED && info) {
		client = find_client(context, -1);
		*state = client;
		if (client)
			*client = (struct client){info->connect_fd, order_now_ns()};
	} else if (client) {
		client->fd = -1;
	}
}

/* libmicrohttpd ends connections that are silent; who sends a byte now and then is ended here. */
static void put_out_slow(struct endpoint *endpoint)
{
	uint64_t now_ns = order_now_ns();

	for (int i = 0; i < ENDPOINT_CLIENTS; i++) {
		struct client *client = &endpoint->clients[i];

		if (client->fd >= 0 && now_ns - client->since_ns > ENDPOINT_CLIENT_MS * 1000000ULL)
			shutdown(client->fd, SHUT_RDWR);
	}
}

/* "[::1]:9435" to "::1" and "9435". */
static bool split(const char *listen, char host[ENDPOINT_ADDRESS_SIZE], const char **port)
{
	const char *colon = strrchr(listen, ':');
	size_t length = colon ? (size_t)(colon - listen) : 0;

	if (!colon || length >= ENDPOINT_ADDRESS_SIZE || !colon[1])
		return false;
	*port = colon + 1;
	if (length >= 2 && listen[0] == '[' && colon[-1] == ']') {
		listen++;
		length -= 2;
	} else if (memchr(listen, ':', length)) {
		return false;
	}
	memcpy(host, listen, length);
	host[length] = '\0';
	return true;
}

static struct addrinfo *find_address(const char *listen, char *why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	char host[ENDPOINT_ADDRESS_SIZE], quoted[128];
	struct addrinfo *found = NULL;
	const char *port;

	if (split(listen, host, &port) && strspn(port, "0123456789") == strlen(port) &&
	    atol(port) <= UINT16_MAX && !getaddrinfo(host[0] ? host : NULL, port, &hints, &found))
		return found;
	snprintf(why, ENDPOINT_WHY_SIZE,
		 "%s is no address to listen at: 127.0.0.1:9435, [::1]:9435, or :9435 for all",
		 text_quote_word(quoted, sizeof(quoted), listen));
	return NULL;
}

bool endpoint_is_address(const char *listen, char *why)
{
	struct addrinfo *found = find_address(listen, why);

	if (found)
		freeaddrinfo(found);
	return found;
}

static void explain(char *why, const char *listen, int error)
{
	if (error == EADDRINUSE)
		snprintf(why, ENDPOINT_WHY_SIZE,
			 "%s is taken: another clonescope or another program listens there; name "
			 "a free port with --listen",
			 listen);
	else if (error == EADDRNOTAVAIL)
		snprintf(why, ENDPOINT_WHY_SIZE,
			 "cannot listen at %s: it is no address of this "
			 "machine",
			 listen);
	else
		snprintf(why, ENDPOINT_WHY_SIZE, "cannot listen at %s: %s", listen,
			 strerror(error));
}

static int listen_at(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, ENDPOINT_CLIENTS)) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* With the port that the kernel has chosen, where it was to choose one. */
static void name_address(struct endpoint *endpoint, int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char host[INET6_ADDRSTRLEN] = "", port[8] = "";

	getsockname(fd, (struct sockaddr *)&address, &length);
	getnameinfo((struct sockaddr *)&address, length, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(endpoint->address, sizeof(endpoint->address),
		 address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static struct MHD_Daemon *start(struct endpoint *endpoint, int fd)
{
	/* Without a thread: all is done in endpoint_serve(). */
	return MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, endpoint, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)ENDPOINT_CLIENTS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)ENDPOINT_CLIENT_MS / 1000,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, endpoint, MHD_OPTION_END);
}

struct endpoint *endpoint_open(const char *listen, endpoint_page_fn page, char *why)
{
	struct addrinfo *at = find_address(listen, why);
	struct endpoint *endpoint;
	int fd;

	if (!at)
		return NULL;
	fd = listen_at(at);
	freeaddrinfo(at);
	if (fd < 0) {
		explain(why, listen, -fd);
		return NULL;
	}
	endpoint = calloc(1, sizeof(*endpoint));
	if (endpoint) {
		endpoint->page = page;
		for (int i = 0; i < ENDPOINT_CLIENTS; i++)
			endpoint->clients[i].fd = -1;
		name_address(endpoint, fd);
		endpoint->daemon = start(endpoint, fd);
	}
	if (endpoint && endpoint->daemon)
		return endpoint;
	snprintf(why, ENDPOINT_WHY_SIZE, "cannot start the HTTP server at %s", listen);
	close(fd);
	free(endpoint);
	return NULL;
}

const char *endpoint_address(const struct endpoint *endpoint)
{
	return endpoint->address;
}

int endpoint_fd(const struct endpoint *endpoint)
{
	return MHD_get_daemon_info(endpoint->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void endpoint_serve(struct endpoint *endpoint)
{
	put_out_slow(endpoint);
	MHD_run(endpoint->daemon);
}

void endpoint_close(struct endpoint *endpoint)
{
	if (!endpoint)
		return;
	MHD_stop_daemon(endpoint->daemon);
	free(endpoint);
}
