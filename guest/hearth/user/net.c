/* SPDX-License-Identifier: ISC */
/* net: short texts to and from other machines on the network card's hub. */
#include "user.h"

#define NET_BROADCAST 0xffffu
#define NET_PATIENCE  2000u /* ms */

static struct abi_frame net_frame; /* page-sized: not on the stack */

static int net_failed(int error)
{
    print("net: %s\n", error_text(error));
    return 1;
}

static int net_send(u32 to, const char *text)
{
    net_frame.to = (u16)to;
    net_frame.size = strlen(text) + 1;
    string_copy(net_frame.data, text, sizeof(net_frame.data));
    return sys_net_send(&net_frame);
}

/* What came in as a text, whatever it is. */
static int net_receive(bool wait)
{
    int error = sys_net_receive(&net_frame, wait);

    if (!error)
        net_frame.data[min_u32(net_frame.size, sizeof(net_frame.data) - 1)] = 0;
    return error;
}

/* True: the answer is in net_frame. Other frames that come in meanwhile are passed over. */
static bool net_wait_for(u32 from, const char *text)
{
    for (u32 start = uptime_ms(); uptime_ms() - start < NET_PATIENCE;)
        if (net_receive(false) != 0)
            sys_sleep(1);
        else if ((from == net_frame.from || from == NET_BROADCAST) &&
                 strcmp(net_frame.data, text) == 0)
            return true;
    return false;
}

static int net_ping(u32 to, u32 count)
{
    u32 answers = 0;

    for (u32 i = 1; i <= count; i++) {
        char question[24], answer[24];
        struct format_text q = {question, sizeof(question), 0}, a = {answer, sizeof(answer), 0};
        format_text(&q, "ping %u", i);
        format_text(&a, "pong %u", i);
        u32 start = uptime_ms();
        int error = net_send(to, question);
        if (error)
            return net_failed(error);
        if (net_wait_for(to, answer)) {
            answers++;
            print("%s from %u after %u ms\n", answer, net_frame.from, uptime_ms() - start);
        } else {
            print("no answer to %s\n", question);
        }
    }
    print("%u of %u answered\n", answers, count);
    return answers != count;
}

/* Answers pings; count 0: for ever. */
static int net_echo(u32 count)
{
    for (u32 i = 0; !count || i < count;) {
        char answer[24] = "pong";
        int error = net_receive(true);
        if (!error && strncmp(net_frame.data, "ping ", 5) == 0) {
            string_copy(answer + 4, net_frame.data + 4, sizeof(answer) - 4);
            error = net_send(net_frame.from, answer);
            i++;
        }
        if (error)
            return net_failed(error);
    }
    return 0;
}

static int net_listen(u32 count)
{
    for (u32 i = 0; !count || i < count; i++) {
        int error = net_receive(true);
        if (error)
            return net_failed(error);
        print("%u to %u: %s\n", net_frame.from, net_frame.to, net_frame.data);
    }
    return 0;
}

static int net_say(u32 to, char **word)
{
    static char text[256];
    struct format_text all = {text, sizeof(text), 0};

    for (; *word; word++)
        format_text(&all, "%s%s", all.length ? " " : "", *word);
    int error = net_send(to, text);
    return error ? net_failed(error) : 0;
}

static int net_usage(void)
{
    print("net ping ADDRESS [TIMES]   net echo [TIMES]\n"
          "net send ADDRESS WORDS...  net listen [TIMES]\n"
          "65535 is everybody's address; cat /sys/net shows the card.\n");
    return 2;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    u32 first = argc > 2 ? string_number(argv[2]) : 0;

    if (strcmp(what, "ping") == 0 && argc > 2)
        return net_ping(first, argc > 3 ? string_number(argv[3]) : 1);
    if (strcmp(what, "echo") == 0)
        return net_echo(first);
    if (strcmp(what, "send") == 0 && argc > 3)
        return net_say(first, argv + 3);
    if (strcmp(what, "listen") == 0)
        return net_listen(first);
    return net_usage();
}
